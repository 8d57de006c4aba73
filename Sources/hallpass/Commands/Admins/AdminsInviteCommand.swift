import ArgumentParser
import StrictJSON

struct AdminsInviteCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Make a link by which a person sets a first or a new password.",
        discussion: """
            It works once, for a day, and ends an earlier one. Whoever has it can sign in as that person, so give it to \
            nobody else.

            Example: hallpass admins invite alice --tenant acme
            """)

    @Argument(help: "The person's name in this tenant.")
    var username: String

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let path = try AdminsPath(settings)(username, "invitation")
        let answer = try await APIClient.with(settings) { api in
            try await api.send(APIRequest(method: .post, path: path))
        }
        if isJSON {
            try StandardOutput.writeJSON(.object(answer))
        } else {
            let answer = JSONValue.object(answer)
            try StandardOutput.writeLine(
                "For \(username), once, until \(answer.text("expires_at")):\n\(answer.text("link").printable)")
        }
    }
}
