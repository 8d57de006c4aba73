import ArgumentParser
import HallpassCore
import StrictJSON

struct ApprovalsShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one call that somebody has to decide on, with its arguments.",
        discussion: """
            Example:
              hallpass approvals show AAAAAAAAAClGm0kZ1pQ8sQ --tenant acme
            """)

    @Argument(help: "The approval's id, from a list or from the refusal that named it.")
    var id: String

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let approval = try await APIClient.with(settings) { api in
            JSONValue.object(try await api.send(.get("v1", "tenants", tenant.rawValue, "approvals", id)))
        }
        if isJSON {
            try StandardOutput.writeJSON(approval)
        } else {
            try StandardOutput.writeLine(ApprovalText.lines(approval).joined(separator: "\n"))
        }
    }
}
