import ArgumentParser
import HallpassCore
import StrictJSON

struct ToolsQuarantineCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Show the tools whose definition changed on their server.",
        discussion: """
            Example:
              hallpass tools quarantine --tenant acme
            """)

    @Option(help: "Only of this connector.")
    var connector: String?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let rows = try await APIClient.with(settings) { try await $0.quarantine(connector, of: tenant) }
        guard !isJSON else { return try StandardOutput.writeJSON(.array(rows.map(\.row))) }
        let lines = rows.flatMap(\.lines)
        try StandardOutput.writeLine(lines.isEmpty ? "No tool is in quarantine." : lines.joined(separator: "\n"))
    }
}

struct ToolsAcceptCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Register what the server shows of quarantined tools, and let calls through again.",
        discussion: """
            Shows what changes first; --dry-run stops there. The change is a new revision. Effect and scopes stay what an \
            admin said: look whether they still fit.

            Example:
              hallpass tools accept --connector crm-mcp add_note --tenant acme
            """)

    @OptionGroup var choice: QuarantineChoiceOptions

    @Flag(help: "Show what would be accepted and stop there.")
    var dryRun = false

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        try await APIClient.with(settings) { api in
            let rows = try await api.quarantine(choice.connector, of: tenant).chosen(choice)
            if !isJSON { try StandardOutput.writeLine(rows.flatMap(\.lines).joined(separator: "\n")) }
            guard !dryRun else {
                if isJSON { try StandardOutput.writeJSON(.array(rows.map(\.row))) }
                return
            }
            let answer = try await api.send(
                .post(
                    "v1", "tenants", tenant.rawValue, "connectors", choice.connector, "quarantine", "accept",
                    body: .json(rows.choices)))
            if isJSON {
                try StandardOutput.writeJSON(.object(answer))
            } else {
                try StandardOutput.writeLine("Accepted: revision \(answer["revision"]?.integerValue ?? 0).")
            }
        }
    }
}

struct ToolsDismissCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "dismiss",
        abstract: "Let calls of quarantined tools through again after their server was put right.",
        discussion: """
            The server must have been seen with the registered definition since: run tools import first.

            Example:
              hallpass tools dismiss --connector crm-mcp add_note --tenant acme
            """)

    @OptionGroup var choice: QuarantineChoiceOptions

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        try await APIClient.with(settings) { api in
            let rows = try await api.quarantine(choice.connector, of: tenant).chosen(choice)
            _ = try await api.send(
                .post(
                    "v1", "tenants", tenant.rawValue, "connectors", choice.connector, "quarantine", "dismiss",
                    body: .json(rows.choices)))
            if isJSON {
                try StandardOutput.writeJSON(["ok": true])
            } else {
                try StandardOutput.writeLine("Dismissed: \(rows.map(\.tool).joined(separator: " "))".printable)
            }
        }
    }
}

/// Which quarantined tools of which connector.
struct QuarantineChoiceOptions: ParsableArguments {
    @Option(help: "The connector.")
    var connector: String

    @Argument(help: "The tools.")
    var tools: [String] = []

    @Flag(help: "All that are in quarantine.")
    var all = false

    func validate() throws {
        guard tools.isEmpty == all else { throw ValidationError("Name tools, or --all.") }
    }
}

/// One quarantined tool as the server lists it.
struct QuarantineRow {
    let row: JSONValue

    var tool: String { row.text("tool") }

    /// What it is, since when, and each difference.
    var lines: [String] {
        let state =
            row["settled_at"] == nil ? "changed" : "changed, and as registered again since \(row.text("settled_at"))"
        let header =
            "\(row.text("connector")) \(tool): \(state); seen \(row.text("observed_at")) by \(row.text("reported_by"))"
        return [header.printable] + DriftReport.lines(changes: row["changes"]?.arrayValue ?? [])
    }
}

extension [QuarantineRow] {
    fileprivate func chosen(_ choice: QuarantineChoiceOptions) throws -> [QuarantineRow] {
        let missing = choice.tools.filter { name in !contains { $0.tool == name } }
        guard missing.isEmpty else {
            throw CommandFailure.usage(
                "Not in quarantine: \(missing.joined(separator: " ")).",
                next: "hallpass tools quarantine --connector \(choice.connector)")
        }
        let rows = choice.all ? self : filter { choice.tools.contains($0.tool) }
        guard !rows.isEmpty else {
            throw CommandFailure.usage(
                "No tool of \(choice.connector) is in quarantine.", next: "hallpass tools quarantine")
        }
        return rows
    }

    /// Names and the very definitions that were shown, so that no other is decided on.
    fileprivate var choices: JSONValue {
        ["tools": .array(map { ["name": .string($0.tool), "digest": .string($0.row.text("digest"))] })]
    }
}

extension APIClient {
    fileprivate func quarantine(_ connector: String?, of tenant: TenantID) async throws -> [QuarantineRow] {
        let query = connector.map { [(name: "connector", value: $0)] } ?? []
        return try await all(.get("v1", "tenants", tenant.rawValue, "quarantine", query: query)).map(QuarantineRow.init)
    }
}
