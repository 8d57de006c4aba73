import ArgumentParser
import StrictJSON

struct AdminsRemoveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a person's account and end their sessions.",
        discussion: "Example: hallpass admins remove alice --tenant acme")

    @Argument(help: "The person's name in this tenant.")
    var username: String

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let path = try AdminsPath(settings)(username)
        let answer = try await APIClient.with(settings) { api in
            try await api.send(APIRequest(method: .delete, path: path))
        }
        if isJSON {
            try StandardOutput.writeJSON(.object(answer))
        } else {
            try StandardOutput.writeLine("Done: \(username) has no account and no session any more.".printable)
        }
    }
}
