import GRDB
package import HallpassCore

/// Reads the tenants' audit chains; only ``Ledger`` writes them.
package struct AuditStore: Sendable {
    let database: HallpassDatabase

    package init(database: HallpassDatabase) { self.database = database }

    /// Records in the order of the chain, for ``AuditChain`` or an export: `limit` at a time, from after `sequence`.
    package func records(
        _ tenant: TenantID, after sequence: Int64 = 0, limit: Int
    ) async throws -> [AuditRecord] {
        try await database.read { try Self.records($0, tenant, after: sequence, limit: limit) }
    }

    package func list(_ tenant: TenantID, _ query: AuditQuery) async throws -> AuditPage {
        let condition = query.condition
        return try await database.read { db in
            let first = try TrimStore.trim(of: tenant, in: db)?.head.sequence ?? 0
            let end = try query.before ?? Self.head(db, tenant).sequence + 1
            let start = max(first + 1, end - query.reach)
            let candidates = try Self.cursor(
                db, tenant: tenant, "AND sequence >= ? AND sequence < ?\(condition.sql) ORDER BY sequence DESC",
                arguments: [start, end] + condition.arguments)
            var records: [AuditRecord] = []
            while let record = try candidates.next() {
                guard query.matches(record) else { continue }
                // One beyond the limit says that there are more.
                if records.count == query.limit { return AuditPage(records: records, next: records.last?.sequence) }
                records.append(record)
            }
            let isMore = try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM audit_record WHERE tenant_id = ? AND sequence > ? AND sequence < ?)",
                arguments: [tenant.rawValue, first, start])
            return AuditPage(records: records, next: isMore == true ? start : nil)
        }
    }

    /// Where the chain ends; ``AuditHead/empty`` for a tenant nothing is recorded of.
    package func head(_ tenant: TenantID) async throws -> AuditHead {
        try await database.read { try Self.head($0, tenant) }
    }

    /// Counts the rows, which takes time in proportion; the chain's own idea of it is in ``head(_:)``.
    package func count(_ tenant: TenantID) async throws -> Int64 {
        try await database.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT count(*) FROM audit_record WHERE tenant_id = ?", arguments: [tenant.rawValue]) ?? 0
        }
    }

    static func head(_ db: Database, _ tenant: TenantID) throws -> AuditHead {
        try Row.fetchOne(db, sql: AuditTable.headSQL, arguments: [tenant.rawValue]).map(AuditTable.head) ?? .empty
    }

    /// Records that a trim has taken out of the chain are not there, whether or not they have been removed yet.
    static func records(
        _ db: Database, _ tenant: TenantID, after sequence: Int64, limit: Int
    ) throws -> [AuditRecord] {
        let first = try TrimStore.trim(of: tenant, in: db)?.head.sequence ?? 0
        return try fetch(
            db, tenant: tenant, "AND sequence > ? ORDER BY sequence LIMIT ?", arguments: [max(sequence, first), limit])
    }

    static func fetch(
        _ db: Database, tenant: TenantID, _ rest: String, arguments: StatementArguments
    ) throws -> [AuditRecord] {
        try Array(cursor(db, tenant: tenant, rest, arguments: arguments))
    }

    static func cursor(
        _ db: Database, tenant: TenantID, _ rest: String, arguments: StatementArguments
    ) throws -> some Cursor<AuditRecord> {
        try Row.fetchCursor(
            db, sql: "SELECT sequence, time_ms, record, hash FROM audit_record WHERE tenant_id = ? \(rest)",
            arguments: [tenant.rawValue] + arguments
        ).map { row in
            let place = AuditRecordCoding.Place(
                tenant: tenant, sequence: try row.decode(atIndex: 0), timeMilliseconds: try row.decode(atIndex: 1))
            return AuditRecord(
                tenant: tenant, sequence: place.sequence,
                canonical: AuditRecordCoding.decode(try row.bytes(at: 2), at: place), hash: try row.digest(at: 3))
        }
    }
}
