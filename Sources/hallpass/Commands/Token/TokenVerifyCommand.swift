import ArgumentParser
import HallpassCore
import StrictJSON

struct TokenVerifyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Have the broker verify a token, as an MCP server does.",
        discussion: """
            Needs the mcp_server client that owns the deployment. A call token is used up by this. Ends with 0 for \
            execute and 1 for deny.

            Example:
              hallpass token verify alice.token --tool add_note --arguments note.json --environment prod
            """)

    @Argument(help: "The file that holds the token, or - for standard input. Else standard input.")
    var token: String?

    @Option(help: "The tool that is about to run.")
    var tool: String?

    @Option(help: "A file with its arguments, a JSON object, or - for standard input.")
    var arguments: String?

    @Option(help: "The environment this server runs in.")
    var environment: String?

    @Option(help: "The call's idempotency key.")
    var idempotencyKey: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard (token ?? "-") != "-" || arguments != "-" else {
            throw ValidationError("The token and the arguments cannot both come from standard input.")
        }
    }

    func perform() async throws {
        let settings = try client.settings()
        let body = try body()
        let answer = try await APIClient.with(settings) { api in
            try await api.send(.post("v1", "verify", body: .json(body)))
        }
        let isAllowed = answer["ok"]?.boolValue == true
        if isJSON {
            try StandardOutput.writeJSON(.object(answer))
        } else if isAllowed {
            try StandardOutput.writeLine(Self.text(.object(answer)))
        } else if let denial = APIError(answer, status: 200) {
            throw denial
        }
        guard isAllowed else { throw ExitCode.refused }
    }

    private func body() throws -> JSONValue {
        var body = JSONObject()
        body["token"] = .string(try TokenText.read(token ?? "-"))
        body["tool"] = tool.map(JSONValue.string)
        body["arguments"] = try arguments.map(CallArguments.read)
        body["idempotency_key"] = idempotencyKey.map(JSONValue.string)
        body["environment"] = environment.map(JSONValue.string)
        return .object(body)
    }

    /// Several lines without a line break at the end.
    private static func text(_ answer: JSONValue) -> String {
        let actor = answer["actor"] ?? .null
        var rows = [
            ("decision", answer.text("decision")), ("actor", actor.text("sub")),
            ("agent", actor["act"]?.text("sub") ?? ""), ("tool", answer.text("tool")),
            ("at", "\(answer.text("connector"))@\(answer.text("environment"))"), ("tenant", answer.text("tenant")),
            ("scope", answer.text("scope")), ("call", answer.text("call_id")),
        ]
        if let expiresAt = answer["expires_at"]?.integerValue {
            rows.append(("until", RFC3339.text(seconds: expiresAt)))
        }
        return rows.filter { !$0.1.isEmpty }.map { "\($0.0.padded(to: 8))  \($0.1)".printable }.joined(separator: "\n")
    }
}
