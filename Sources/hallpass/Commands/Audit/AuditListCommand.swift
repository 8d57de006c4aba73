import ArgumentParser
import HallpassCore
import StrictJSON

struct AuditListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List audit records, the newest first.",
        discussion: """
            Filters add up: a record has to match all of them. Times are in UTC, such as 2026-11-21T03:04:05Z.

            Example:
              hallpass audit list --tenant acme --sub alice --event verify --decision deny --limit 20
            """)

    @OptionGroup var filters: AuditFilters

    @Option(help: "How many at most. Else 50.")
    var limit: Int?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard (limit ?? 1) >= 1 else { throw ValidationError("--limit must be at least 1.") }
    }

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let records = try await APIClient.with(settings) { api in
            try await newest(limit ?? 50, of: tenant, api)
        }
        if isJSON {
            try StandardOutput.writeJSON(["items": .array(records)])
        } else {
            try StandardOutput.writeLine(AuditLine.table(records).text ?? "No records.")
        }
    }

    private func newest(_ count: Int, of tenant: TenantID, _ api: APIClient) async throws -> [JSONValue] {
        var records: [JSONValue] = []
        var cursor: String?
        repeat {
            var query = filters.query
            query.append(("limit", String(min(count - records.count, ClientLimits.pageRows))))
            if let cursor { query.append(("cursor", cursor)) }
            let page = try await api.send(.get("v1", "tenants", tenant.rawValue, "audit", query: query))
            guard let items = page["items"]?.arrayValue else {
                throw CommandFailure.badAnswer("The server's list has no items.")
            }
            records += items
            // A page may be empty and have more after it: a request looks through a part of the chain.
            cursor = page["next_cursor"]?.stringValue
        } while cursor != nil && records.count < count
        return Array(records.prefix(count))
    }
}

/// Which records are wanted; the names are those of the record's members.
struct AuditFilters: ParsableArguments {
    @Option(help: "One of: \(AuditEvent.allCases.map(\.rawValue).joined(separator: ", ")).")
    var event: String?

    @Option(help: "One of: \(AuditDecision.allCases.map(\.rawValue).joined(separator: ", ")).")
    var decision: String?

    @Option(help: "The code of a refusal, such as token_expired.")
    var code: String?

    @Option(name: .customLong("client"), help: "The client that asked.")
    var askingClient: String?

    @Option(help: "Who the call was for.")
    var sub: String?

    @Option(help: "The connector.")
    var connector: String?

    @Option(help: "The tool.")
    var tool: String?

    // Base64url may begin with "-", in records of earlier versions.
    @Option(parsing: .unconditional, help: "The request's id, from X-Request-Id or an error.")
    var requestID: String?

    // Base64url may begin with "-".
    @Option(parsing: .unconditional, help: "The token's id.")
    var jti: String?

    @Option(help: "The caller's transaction id.")
    var txn: String?

    @Option(help: "From this time on.")
    var since: String?

    @Option(help: "Before this time.")
    var until: String?

    func validate() throws {
        for time in [since, until].compactMap(\.self) where RFC3339.seconds(time) == nil {
            throw ValidationError("\(time) is not a time in UTC such as 2026-11-21T03:04:05Z.")
        }
    }

    var query: [(name: String, value: String)] {
        let given = [
            ("event", event), ("decision", decision), ("code", code), ("client_id", askingClient), ("sub", sub),
            ("connector", connector), ("tool", tool), ("request_id", requestID), ("jti", jti), ("txn", txn),
            ("since", since), ("until", until),
        ]
        return given.compactMap { name, value in value.map { (name, $0) } }
    }
}
