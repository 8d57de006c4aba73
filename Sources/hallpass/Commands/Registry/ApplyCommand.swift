import ArgumentParser
import HallpassCore
import StrictJSON

struct ApplyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make a tenant's registry what files say.",
        discussion: """
            Reads *.json, *.yaml and *.yml, one or more documents a file, folders with all that is in them, and shows \
            what it adds (+), changes (~) and removes (-). All or nothing: one bad document, and nothing changes. The \
            tenant is the one that the files' Tenant document names, unless --tenant says otherwise.

            Example:
              hallpass apply seeds/acme --dry-run
              hallpass apply seeds/acme --secrets-file var/acme-secrets.json
            """)

    @Argument(help: "Files and folders.")
    var paths: [String]

    @Flag(help: "Show what would change and stop there.")
    var dryRun = false

    @Flag(help: "Remove what the files do not name.")
    var prune = false

    @Option(help: "Where to write the secrets of new clients, instead of showing them.")
    var secretsFile: String?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let manifest = try Manifest.read(paths)
        let settings = try client.settings()
        let tenant = try settings.requireTenant(or: manifest.tenant())
        let file = try secretsFile.map { try SecretsFile($0) }
        let report = try await APIClient.with(settings) { api in
            try await api.apply(manifest, to: tenant, dryRun: dryRun, prune: prune)
        }
        let unwritten = keep(report.secrets, in: file)
        // Where the file could not be written after all, showing the secrets beats losing them.
        let shownFile = unwritten == nil ? secretsFile : nil
        if isJSON {
            try StandardOutput.writeJSON(report.json(secretsFile: shownFile))
        } else {
            let warnings = SchemaWarnings(report.warnings.map(manifest.locate))
            try StandardOutput.writeLine(report.text(tenant: tenant, secretsFile: shownFile, warnings: warnings))
        }
        if let unwritten {
            StandardError.writeLine(unwritten.text)
            throw unwritten.exitCode
        }
    }

    private func keep(_ secrets: JSONObject, in file: SecretsFile?) -> CommandFailure? {
        do {
            try file?.add(secrets)
            return nil
        } catch {
            return error as? CommandFailure ?? .localFile("The secrets could not be written.")
        }
    }
}

extension APIClient {
    /// - Throws: ``CommandFailure`` whose details name file and line where the server refused a document.
    func apply(_ manifest: Manifest, to tenant: TenantID, dryRun: Bool, prune: Bool) async throws
        -> RegistryChangeReport
    {
        let body: JSONValue = [
            "documents": .array(manifest.documents.map(\.value)), "dry_run": .bool(dryRun), "prune": .bool(prune),
        ]
        do {
            return try RegistryChangeReport(
                await send(.post("v1", "tenants", tenant.rawValue, "apply", body: .json(body))))
        } catch let error as APIError {
            var failure = error.failure
            failure.details = failure.details.map(manifest.locate)
            if !failure.details.isEmpty, failure.next == nil { failure.next = "correct these places and apply again" }
            throw failure
        }
    }
}
