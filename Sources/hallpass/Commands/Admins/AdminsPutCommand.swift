import ArgumentParser
import HallpassCore
import StrictJSON

struct AdminsPutCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Make or change a person's account.",
        discussion: """
            What is not given is taken away. The account opens nothing before the person has set a password: see \
            hallpass admins invite.

            Example: hallpass admins put alice --role security --subject alice@example.com --tenant acme
            """)

    @Argument(help: "The person's name in this tenant.")
    var username: String

    @Option(
        name: .customLong("role"),
        help: "\(Role.allCases.map(\.rawValue).joined(separator: ", ")); may be given several times.")
    var roles: [String] = []

    @Option(help: "The name under which the same person stands in calls, so that they do not approve their own.")
    var subject: String?

    @Option(help: "What they are called by others.")
    var displayName: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard !roles.isEmpty else { throw ValidationError("At least one --role is needed.") }
    }

    func perform() async throws {
        let settings = try client.settings()
        var account = JSONObject()
        account["roles"] = .array(roles.map(JSONValue.string))
        account["subject"] = subject.map(JSONValue.string)
        account["display_name"] = displayName.map(JSONValue.string)
        let path = try AdminsPath(settings)(username)
        let body = APIRequest.Body.json(.object(account))
        let answer = try await APIClient.with(settings) { api in
            try await api.send(APIRequest(method: .put, path: path, body: body))
        }
        if isJSON {
            try StandardOutput.writeJSON(.object(answer))
        } else {
            let account = answer["account"] ?? .null
            let next = account["has_password"]?.boolValue == true ? "" : " Next: hallpass admins invite \(username)"
            try StandardOutput.writeLine("Done: \(username) has \(account.list("roles")).\(next)".printable)
        }
    }
}
