import GRDB
package import HallpassCore

extension AuditStore {
    /// The places of the records that there are.
    package func places(_ tenant: TenantID) async throws -> Range<Int64> {
        try await database.read { db in
            let first = try Int64.fetchOne(
                db, sql: "SELECT sequence FROM audit_record WHERE tenant_id = ? ORDER BY sequence LIMIT 1",
                arguments: [tenant.rawValue])
            let trimmed = try TrimStore.trim(of: tenant, in: db)?.head.sequence ?? 0
            return try max(first ?? 1, trimmed + 1)..<(Self.head(db, tenant).sequence + 1)
        }
    }

    /// The records of a stretch of the chain, counted by minute and outcome. A record that cannot be read counts for nothing.
    package func activity(_ tenant: TenantID, in stretch: Range<Int64>) async throws -> [Activity.Count] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT time_ms / 60000, record ->> '$.event', record ->> '$.decision', record ->> '$.code', count(*)
                    FROM audit_record WHERE tenant_id = ? AND sequence >= ? AND sequence < ? AND json_valid(record)
                    GROUP BY 1, 2, 3, 4
                    """,
                arguments: [tenant.rawValue, stretch.lowerBound, stretch.upperBound]
            ).compactMap { row in
                guard let event = (row[1] as String?).flatMap(AuditEvent.init),
                    let decision = (row[2] as String?).flatMap(AuditDecision.init)
                else { return nil }
                return Activity.Count(
                    minute: try row.decode(atIndex: 0), event: event, decision: decision, code: row[3],
                    count: try row.decode(atIndex: 4))
            }
        }
    }
}
