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
            // One beyond the limit, to know whether there are more.
            let found = try Self.fetch(
                db, tenant: tenant,
                "AND sequence >= ? AND sequence < ?\(condition.sql) ORDER BY sequence DESC LIMIT ?",
                arguments: [start, end] + condition.arguments + [query.limit + 1])
            let records = Array(found.prefix(query.limit))
            if found.count > query.limit { return AuditPage(records: records, next: records.last?.sequence) }
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

    private static func fetch(
        _ db: Database, tenant: TenantID, _ rest: String, arguments: StatementArguments
    ) throws -> [AuditRecord] {
        try Row.fetchAll(
            db, sql: "SELECT sequence, record, hash FROM audit_record WHERE tenant_id = ? \(rest)",
            arguments: [tenant.rawValue] + arguments
        ).map { row in
            AuditRecord(
                tenant: tenant, sequence: try row.decode(atIndex: 0),
                canonical: Array(try row.decode(String.self, atIndex: 1).utf8), hash: try row.digest(at: 2))
        }
    }
}
