import GRDB
package import HallpassCore

/// Reads the tenants' audit chains; only ``Ledger`` writes them.
package struct AuditStore: Sendable {
    private let database: HallpassDatabase

    package init(database: HallpassDatabase) { self.database = database }

    /// Records in the order of the chain, for ``AuditChain`` or an export: `limit` at a time, from after `sequence`.
    package func records(
        _ tenant: TenantID, after sequence: Int64 = 0, limit: Int
    ) async throws -> [AuditRecord] {
        try await database.read { db in
            try Self.fetch(
                db, tenant: tenant, "AND sequence > ? ORDER BY sequence LIMIT ?", arguments: [sequence, limit])
        }
    }

    /// - Returns: newest first.
    package func list(_ tenant: TenantID, _ query: AuditQuery) async throws -> [AuditRecord] {
        let condition = query.condition
        return try await database.read { db in
            try Self.fetch(
                db, tenant: tenant, "\(condition.sql) ORDER BY sequence DESC LIMIT ?",
                arguments: condition.arguments + [query.limit])
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

    static func fetch(
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
