import ArgumentParser
import HallpassCore
import StrictJSON

struct KeysListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List signing keys with the tokens that are out on each.",
        discussion: """
            Example:
              hallpass keys list --tenant acme
            """)

    @Option(help: "active, verify_only or retired. Else those that are good for something.")
    var state: SigningKey.State?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let query = state.map { [(name: "state", value: $0.rawValue)] } ?? []
        let items = try await APIClient.with(settings) { api in
            try await api.all(.get("v1", "tenants", tenant.rawValue, "keys", query: query), isPaged: true)
        }.filter { state != nil || $0.text("state") != SigningKey.State.retired.rawValue }
        if isJSON {
            try StandardOutput.writeJSON(["items": .array(items)])
        } else {
            try StandardOutput.writeLine(Self.table(items).text ?? "None.")
        }
    }

    private static func table(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("KEY", "DEPLOYMENT", "STATE", "CREATED", "RETIRES", "TOKENS OUT")
        let sorted = items.sorted {
            ($0.text("deployment"), $0.text("created_at")) < ($1.text("deployment"), $1.text("created_at"))
        }
        for item in sorted {
            table.append(
                item.text("kid"), item.text("deployment"),
                item["compromised_at"] == nil ? item.text("state") : "compromised", item.text("created_at"),
                item.text("retires_at"), item.text("outstanding_tokens"))
        }
        return table
    }
}

extension SigningKey.State: ExpressibleByArgument {}
