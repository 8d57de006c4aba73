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

    /// The records of a stretch of the chain, counted by minute and outcome. A record whose outcome cannot be read counts for
    /// nothing.
    package func activity(_ tenant: TenantID, in stretch: Range<Int64>) async throws -> [Activity.Count] {
        try await database.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT sequence, time_ms, record FROM audit_record
                    WHERE tenant_id = ? AND sequence >= ? AND sequence < ?
                    """,
                arguments: [tenant.rawValue, stretch.lowerBound, stretch.upperBound])
            var counts: [ActivityKey: (count: Int, newest: Int64)] = [:]
            while let row = try rows.next() {
                let place = AuditRecordCoding.Place(
                    tenant: tenant, sequence: try row.decode(atIndex: 0), timeMilliseconds: try row.decode(atIndex: 1))
                guard let key = ActivityKey(try row.bytes(at: 2), at: place) else { continue }
                let before = counts[key] ?? (0, 0)
                counts[key] = (before.count + 1, max(before.newest, place.sequence))
            }
            return counts.compactMap { key, alike in
                guard let event = AuditEvent(rawValue: key.event), let decision = AuditDecision(rawValue: key.decision)
                else { return nil }
                return Activity.Count(
                    minute: key.minute, event: event, decision: decision, code: key.code, count: alike.count,
                    newest: alike.newest)
            }
        }
    }
}

/// What records are counted by. Events and decisions are told apart by their names, and only then known for what they are: there
/// are few kinds and many records.
private struct ActivityKey: Hashable {
    let minute: Int64
    let event: String
    let decision: String
    let code: String?

    init?(_ coded: [UInt8], at place: AuditRecordCoding.Place) {
        if let outcome = AuditRecordCoding.outcome(of: coded) {
            minute = place.timeMilliseconds / 60_000
            (event, decision, code) = (outcome.event, outcome.decision, outcome.code)
            return
        }
        // Why one cannot be read does not matter here: it is for `audit verify` to name.
        guard let object = (try? JSONParser.parse(AuditRecordCoding.decode(coded, at: place)))?.objectValue,
            let seconds = object["time"]?.stringValue.flatMap(RFC3339.seconds),
            let event = object["event"]?.stringValue, let decision = object["decision"]?.stringValue
        else { return nil }
        minute = seconds / 60
        (self.event, self.decision) = (event, decision)
        code = object["code"]?.stringValue
    }
}
