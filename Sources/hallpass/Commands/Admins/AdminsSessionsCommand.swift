import ArgumentParser
import StrictJSON

struct AdminsSessionsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "Show where a person is signed in, or end it.",
        discussion: """
            Example:
              hallpass admins sessions alice --tenant acme
              hallpass admins sessions alice --end-all --tenant acme
            """)

    @Argument(help: "The person's name in this tenant.")
    var username: String

    // Base64url may begin with "-".
    @Option(parsing: .unconditional, help: "End this one, named by its id.")
    var end: String?

    @Flag(help: "End all of them.")
    var endAll = false

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard end == nil || !endAll else { throw ValidationError("--end and --end-all differ.") }
    }

    func perform() async throws {
        let settings = try client.settings()
        let path = try AdminsPath(settings)(username, "sessions") + (end.map { [$0] } ?? [])
        let isEnding = endAll || end != nil
        let answer = try await APIClient.with(settings) { api in
            try await api.send(APIRequest(method: isEnding ? .delete : .get, path: path))
        }
        if isJSON {
            try StandardOutput.writeJSON(.object(answer))
        } else if isEnding {
            let count = JSONValue.object(answer).text("ended_sessions")
            try StandardOutput.writeLine("Done: \(count == "1" ? "1 session" : "\(count) sessions") ended.")
        } else {
            var table = TextTable("SESSION", "SIGNED IN", "LAST USED", "ADDRESS", "BROWSER")
            for item in answer["items"]?.arrayValue ?? [] {
                table.append(
                    item.text("id"), item.text("created_at"), item.text("last_used_at"), item.text("address"),
                    item.text("user_agent"))
            }
            try StandardOutput.writeLine(table.text ?? "None.")
        }
    }
}
