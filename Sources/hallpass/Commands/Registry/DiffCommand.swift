import ArgumentParser
import HallpassCore
import StrictJSON

struct DiffCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what applying files would change, or what changed between revisions.",
        discussion: """
            Ends with 0 where there is no difference and with 1 where there is one.

            Example:
              hallpass diff seeds/acme --prune
              hallpass diff --tenant acme --from 3 --to 5
            """)

    @Argument(help: "Files and folders; none with --from.")
    var paths: [String] = []

    @Flag(help: "Count as removed what the files do not name.")
    var prune = false

    @Option(help: "A revision to start from.")
    var from: Int64?

    @Option(help: "The revision to end at. Else the current one.")
    var to: Int64?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard paths.isEmpty != (from == nil) else {
            throw ValidationError("Name files and folders, or revisions by --from and --to.")
        }
        guard from != nil || to == nil else { throw ValidationError("--to needs --from.") }
        guard paths.isEmpty == false || !prune else { throw ValidationError("--prune is about files.") }
    }

    func perform() async throws {
        let isSame = if let from { try await diffRevisions(from) } else { try await diffFiles() }
        if !isSame { throw ExitCode.refused }
    }

    private func diffFiles() async throws -> Bool {
        let manifest = try Manifest.read(paths)
        let settings = try client.settings()
        let tenant = try settings.requireTenant(or: manifest.tenant())
        let report = try await APIClient.with(settings) { api in
            try await api.apply(manifest, to: tenant, dryRun: true, prune: prune)
        }
        if isJSON {
            try StandardOutput.writeJSON(report.json(secretsFile: nil))
        } else {
            try StandardOutput.writeLine(report.plan.isEmpty ? "No difference." : report.plan.text)
        }
        return report.plan.isEmpty
    }

    private func diffRevisions(_ from: Int64) async throws -> Bool {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let answer = try await APIClient.with(settings) { api in
            try await api.send(
                .get(
                    "v1", "tenants", tenant.rawValue, "revisions", String(from), "diff",
                    query: to.map { [("to", String($0))] } ?? []))
        }
        guard let changes = answer["changes"]?.arrayValue else {
            throw CommandFailure.badAnswer("The server's answer has no changes.")
        }
        let plan = ChangePlan(changes)
        if isJSON {
            try StandardOutput.writeJSON(.object(answer))
        } else {
            try StandardOutput.writeLine(plan.isEmpty ? "No difference." : plan.text)
        }
        return plan.isEmpty
    }
}
