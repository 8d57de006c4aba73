import ArgumentParser
import HallpassCore
import StrictJSON

struct IssuersTestCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Show which check a token of an identity provider passes or fails.",
        discussion: """
            The token is held against the issuer as a mint would hold it, and then forgotten; that it was tried is in \
            the audit. Ends with 0 where it proves who its bearer is, and with 1 where it does not.

            Example:
              hallpass issuers test --issuer corp --token-file alice.jwt --tenant acme
            """)

    @Option(help: "The issuer's id.")
    var issuer: String

    @Option(help: "The file that holds the token, or - for standard input.")
    var tokenFile: String

    @Option(help: "What a gateway says it is: jwt, id_token or access_token. Else jwt.")
    var tokenType: String?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        var body = JSONObject()
        body["token"] = .string(try TokenText.read(tokenFile))
        body["token_type"] = tokenType.map(JSONValue.string)
        let path = ["v1", "tenants", tenant.rawValue, "issuers", issuer, "test"]
        let request = APIRequest(method: .post, path: path, body: .json(.object(body)))
        let answer = JSONValue.object(try await APIClient.with(settings) { api in try await api.send(request) })
        let isProven = answer["proven"]?.boolValue == true
        if isJSON {
            try StandardOutput.writeJSON(answer)
        } else {
            try StandardOutput.writeLine(Self.text(answer, isProven: isProven))
        }
        guard isProven else { throw ExitCode.refused }
    }

    /// Several lines without a line break at the end.
    private static func text(_ answer: JSONValue, isProven: Bool) -> String {
        var table = TextTable("CHECK", "RESULT", "WHY")
        for check in answer["checks"]?.arrayValue ?? [] {
            let result = check.text("result").replacing("_", with: " ")
            table.append(check.text("check"), result, check.text("message"))
        }
        let actor = answer["actor"] ?? .null
        let groups = actor.list("groups")
        let verdict =
            isProven
            ? "It proves \(actor.text("sub"))\(groups.isEmpty ? ", in no group" : ", in \(groups)")."
            : "It proves nothing."
        return "\(table.text ?? "")\n\(verdict.printable)"
    }
}
