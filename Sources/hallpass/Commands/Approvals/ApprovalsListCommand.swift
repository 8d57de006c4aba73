import ArgumentParser
import HallpassCore
import StrictJSON

struct ApprovalsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List calls that wait for a person, and those that were decided on, the newest first.",
        discussion: """
            Example:
              hallpass approvals list --tenant acme --state pending
            """)

    @Option(help: "Only those that are \(ApprovalState.allCases.map(\.rawValue).joined(separator: ", ")).")
    var state: ApprovalState?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let query = state.map { [(name: "state", value: $0.rawValue)] } ?? []
        let items = try await APIClient.with(settings) { api in
            try await api.all(.get("v1", "tenants", tenant.rawValue, "approvals", query: query))
        }
        if isJSON {
            try StandardOutput.writeJSON(["items": .array(items)])
        } else {
            try StandardOutput.writeLine(ApprovalText.table(items).text ?? "None.")
        }
    }
}

extension ApprovalState: ExpressibleByArgument {}
