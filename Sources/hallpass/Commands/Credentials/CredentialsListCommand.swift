import ArgumentParser
import HallpassCore
import StrictJSON

struct CredentialsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List upstream credentials: their state, never their secrets.",
        discussion: """
            AT PROVIDER says of a revoked one what became of it there: failed can be tried again with credentials revoke, \
            not_possible has to be changed there by hand.

            Example:
              hallpass credentials list --tenant acme
            """)

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let items = try await APIClient.with(settings) { api in
            try await api.all(.get("v1", "tenants", tenant.rawValue, "credentials"))
        }
        guard !isJSON else { return try StandardOutput.writeJSON(["items": .array(items)]) }
        var table = TextTable(
            "NAME", "KIND", "DEPLOYMENT", "SUB", "VERSION", "STATE", "FAILURE", "AT PROVIDER", "LAST ISSUED")
        for item in items {
            table.append(
                item.text("name"), item.text("kind"), "\(item.text("connector"))@\(item.text("environment"))",
                item.text("sub"), item.text("version"), item.text("state"), item.text("failure"),
                item.text("provider_revocation"), item.text("last_issued_at"))
        }
        try StandardOutput.writeLine(table.text ?? "None.")
    }
}
