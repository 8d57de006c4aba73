import GRDB
package import HallpassCore
import StrictJSON

extension AuditStore {
    /// The places of the records that there are.
    package func places(_ tenant: TenantID) async throws -> Range<Int64> {
        try await database.read { db in
            let first = try Int64.fetchOne(
                db, sql: "SELECT sequence FROM audit_record WHERE tenant_id = ? ORDER BY sequence LIMIT 1",
                arguments: [tenant.rawValue])
            let trimmed = try TrimStore.trim(of: tenant, in: db)?.head.sequence ?? 0
            let end = try Self.head(db, tenant).sequence + 1
            // Of a chain whose end somebody has cut off, nothing may be left behind its trim.
            return min(max(first ?? 1, trimmed + 1), end)..<end
        }
    }

    /// The records of a stretch of the chain, counted by minute and outcome. A record that cannot be read counts for nothing.
    package func activity(_ tenant: TenantID, in stretch: Range<Int64>) async throws -> [Activity.Count] {
        try await database.read { db in
            let records = try Self.cursor(
                db, tenant: tenant, "AND sequence >= ? AND sequence < ?",
                arguments: [stretch.lowerBound, stretch.upperBound])
            var counts: [ActivityKey: (count: Int, newest: Int64)] = [:]
            while let record = try records.next() {
                guard let key = ActivityKey(record) else { continue }
                let before = counts[key] ?? (0, 0)
                counts[key] = (before.count + 1, max(before.newest, record.sequence))
            }
            return counts.map { key, alike in
                Activity.Count(
                    minute: key.minute, event: key.event, decision: key.decision, code: key.code, count: alike.count,
                    newest: alike.newest)
            }
        }
    }
}

/// What records are counted by.
private struct ActivityKey: Hashable {
    let minute: Int64
    let event: AuditEvent
    let decision: AuditDecision
    let code: String?

    init?(_ record: AuditRecord) {
        // Why one cannot be read does not matter here: it is for `audit verify` to name.
        guard let object = (try? JSONParser.parse(record.canonical))?.objectValue,
            let seconds = object["time"]?.stringValue.flatMap(RFC3339.seconds),
            let event = object["event"]?.stringValue.flatMap(AuditEvent.init),
            let decision = object["decision"]?.stringValue.flatMap(AuditDecision.init)
        else { return nil }
        minute = seconds / 60
        self.event = event
        self.decision = decision
        code = object["code"]?.stringValue
    }
}
