import ArgumentParser
import StrictJSON

struct TenantsDeleteCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a tenant with its keys, for good.",
        discussion: """
            Its tokens, clients and people are refused, and nothing that was sealed in it can be opened by anybody, before \
            the command returns. Its audit is kept. There is no way back, and the name is not given again. Look with \
            --dry-run first; copies of the database from before bring it back, so let them expire.

            Example:
              hallpass tenants delete acme --dry-run
              hallpass tenants delete acme --cascade --reason "contract ended" --confirm acme
            """)

    @Argument(help: "The tenant.")
    var name: String

    @Flag(help: "Count what would go, and do nothing.")
    var dryRun = false

    @Flag(help: "With everything that is registered in it.")
    var cascade = false

    @Option(help: "Why, for the audit.")
    var reason: String?

    @Option(help: "Its name once more.")
    var confirm: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard !dryRun else { return }
        guard reason != nil else { throw ValidationError("Say why: --reason.") }
        guard confirm == name else {
            throw ValidationError("There is no way back: --confirm \(name.printable) says that you mean it.")
        }
    }

    func perform() async throws {
        var body = JSONObject()
        body["confirm"] = confirm.map(JSONValue.string)
        body["reason"] = reason.map(JSONValue.string)
        let flags = [("dry_run", dryRun), ("cascade", cascade)].filter(\.1).map { (name: $0.0, value: "1") }
        let request = APIRequest(
            method: .delete, path: ["v1", "tenants", name], query: flags, body: .json(.object(body)))
        let answer = JSONValue.object(
            try await APIClient.with(try client.settings()) { api in try await api.send(request) })
        guard !isJSON else { return try StandardOutput.writeJSON(answer) }
        try StandardOutput.writeLine(report(answer).printable)
        try StandardOutput.writeLine(table(answer).text ?? "None.")
        if dryRun { try StandardOutput.writeLine("Nothing was done.") }
    }

    private func report(_ answer: JSONValue) -> String {
        let count = answer.text("revoked_tokens")
        let tokens = count == "1" ? "1 live token" : "\(count) live tokens"
        let kept = answer["keeps"]?.text("audit_records") ?? ""
        return dryRun
            ? "Tenant \(name) would end with \(tokens), and \(kept) records of its audit be kept."
            : "Done: tenant \(name) is deleted and its keys are destroyed, \(tokens) revoked. Its audit is kept."
    }

    private func table(_ answer: JSONValue) -> TextTable {
        var table = TextTable("REMOVED", "COUNT")
        for item in answer["removes"]?.objectValue?.members ?? [] {
            table.append(item.name.replacing("_", with: " "), answer["removes"]?.text(item.name) ?? "")
        }
        return table
    }
}
