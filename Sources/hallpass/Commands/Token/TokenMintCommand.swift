import ArgumentParser
import HallpassCore
import StrictJSON

struct TokenMintCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "mint",
        abstract: "Mint a token for one call, or for a session.",
        discussion: """
            With --tool it is a call token: one tool, one use. Without, a session token. Needs a gateway client that \
            may assert actors. The token goes to standard output and what it is good for to standard error, so that it \
            can be kept: TOKEN=$(hallpass token mint …)

            Example:
              hallpass token mint --connector crm-mcp --environment prod --tool add_note --sub alice
            """)

    @Option(help: "The connector's id.")
    var connector: String

    @Option(help: "The environment.")
    var environment: String

    @Option(help: "The tool, for a call token.")
    var tool: String?

    @Option(help: "Who the call is for.")
    var sub: String

    @Option(help: "A group they are in; may be repeated.")
    var group: [String] = []

    @Option(help: "The agent that acts for them. Else the client.")
    var agent: String?

    @Option(help: "A file with the call's arguments, a JSON object, or - for standard input; binds the token to them.")
    var arguments: String?

    @Option(help: "Scopes, separated by spaces. Else what the tool requires, or all that is granted.")
    var scope: String?

    @Option(help: "How long it is good, in seconds.")
    var expiresIn: Int64?

    @Option(help: "The approval that an earlier refusal named; needs --arguments.")
    var approval: String?

    @Option(help: "Your transaction id, for the audit.")
    var txn: String?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let body = try body()
        let answer = try await APIClient.with(settings) { api in
            try await api.send(.post("v1", "call-tokens", body: .json(body)))
        }
        guard let token = answer["access_token"]?.stringValue else {
            throw CommandFailure.badAnswer("The server's answer has no token.")
        }
        guard !isJSON else { return try StandardOutput.writeJSON(.object(answer)) }
        try StandardOutput.writeLine(token.printable)
        StandardError.writeLine(summary(.object(answer)).printable)
    }

    private func summary(_ answer: JSONValue) -> String {
        let what = tool.map { "Call token for \($0)" } ?? "Session token"
        let scope = answer.text("scope").isEmpty ? "none" : answer.text("scope")
        return "\(what) at \(connector)@\(environment), for \(sub), good for \(answer.text("expires_in")) s; "
            + "scope \(scope); jti \(answer.text("jti"))."
    }

    func body() throws -> JSONValue {
        var actor = JSONObject()
        actor["sub"] = .string(sub)
        if !group.isEmpty { actor["groups"] = .array(group.map(JSONValue.string)) }
        var body = JSONObject()
        body["actor"] = .object(actor)
        body["agent"] = agent.map { ["sub": .string($0)] }
        body["connector"] = .string(connector)
        body["environment"] = .string(environment)
        body["tool"] = tool.map(JSONValue.string)
        body["arguments"] = try arguments.map(CallArguments.read)
        body["scope"] = scope.map(JSONValue.string)
        body["expires_in"] = expiresIn.map(JSONValue.integer)
        body["txn"] = txn.map(JSONValue.string)
        body["approval_id"] = approval.map(JSONValue.string)
        return .object(body)
    }
}
