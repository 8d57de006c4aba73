import ArgumentParser
import HallpassCore
import StrictJSON

struct RollbackCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Make a tenant's registry what it was at an earlier revision.",
        discussion: """
            The past state becomes a new revision; nothing is lost. hallpass get revisions lists them, and hallpass \
            diff --from N shows what going back to N undoes.

            Example:
              hallpass rollback 3 --tenant acme
            """)

    @Argument(help: "The revision's number.")
    var revision: Int64

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let report = try await APIClient.with(settings) { api in
            try RegistryChangeReport(
                await api.send(
                    .post("v1", "tenants", tenant.rawValue, "revisions", String(revision), "restore")))
        }
        if isJSON {
            try StandardOutput.writeJSON(report.json(secretsFile: nil))
        } else {
            try StandardOutput.writeLine(report.text(tenant: tenant, secretsFile: nil))
        }
    }
}
