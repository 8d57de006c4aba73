import ArgumentParser
import StrictJSON

struct TenantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenants",
        abstract: "Delete a tenant with its keys, and list those that were.",
        discussion: """
            Needs a client with the role platform_admin. hallpass apply makes a tenant, hallpass get tenants lists those \
            that are there.

            Example:
              hallpass tenants delete acme --dry-run
              hallpass tenants deleted
            """,
        subcommands: [TenantsDeleteCommand.self, TenantsDeletedCommand.self])
}

struct TenantsDeletedCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "deleted", abstract: "List the tenants that were deleted.",
        discussion: """
            ERASED is when nothing was left of one but its audit, which the platform's auditors still read.

            Example:
              hallpass tenants deleted
            """)

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let answer = JSONValue.object(
            try await APIClient.with(try client.settings()) { api in
                try await api.send(.get("v1", "tenants", query: [("deleted", "1")]))
            })
        guard !isJSON else { return try StandardOutput.writeJSON(answer) }
        var table = TextTable("TENANT", "DELETED", "ERASED", "BY", "REASON")
        for item in answer["items"]?.arrayValue ?? [] {
            table.append(
                item.text("id"), item.text("deleted_at"), item.text("erased_at"), item.text("author"),
                item.text("reason"))
        }
        try StandardOutput.writeLine(table.text ?? "None.")
    }
}
