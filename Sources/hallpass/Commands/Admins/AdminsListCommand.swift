import ArgumentParser
import StrictJSON

struct AdminsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show a tenant's people.",
        discussion: "Example: hallpass admins list --tenant acme")

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let path = try AdminsPath(settings)()
        let items = try await APIClient.with(settings) { api in
            try await api.all(APIRequest(method: .get, path: path))
        }
        if isJSON {
            try StandardOutput.writeJSON(["items": .array(items)])
        } else {
            var table = TextTable("USERNAME", "ROLES", "SUBJECT", "PASSWORD", "DISPLAY NAME")
            for item in items {
                let password = item["has_password"]?.boolValue == true ? "set" : "not yet"
                table.append(
                    item.text("username"), item.list("roles"), item.text("subject"), password,
                    item.text("display_name"))
            }
            try StandardOutput.writeLine(table.text ?? "None.")
        }
    }
}
