import Foundation
import GRDB
package import HallpassCore
import HallpassCrypto

/// What was taken off the beginning of the tenants' chains.
package struct TrimStore: Sendable {
    private let database: HallpassDatabase
    private let ledger: Ledger

    package init(database: HallpassDatabase, ledger: Ledger) {
        self.database = database
        self.ledger = ledger
    }

    /// - Returns: `nil` for a chain that has all its records.
    package func trim(of tenant: TenantID) async throws -> AuditTrim? {
        try await database.read { try Self.trim(of: tenant, in: $0) }
    }

    /// Takes the records up to a checkpoint out of their chain, and says so in the chain. From then on nobody is shown them;
    /// ``removeTrimmed(of:limit:)`` takes them off the disk.
    package func begin(_ trim: AuditTrim, audit entry: AuditEntry) async throws(HallpassError) {
        let tenant = trim.signed.checkpoint.tenant
        try await ledger.transact { transaction in
            try transaction.db.run(
                """
                INSERT INTO audit_trim (tenant_id, sequence, hash, created_at, signature, trimmed_at)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash,
                    created_at = excluded.created_at, signature = excluded.signature, trimmed_at = excluded.trimmed_at
                """,
                [
                    tenant.rawValue, trim.head.sequence, Data(trim.head.hash.bytes),
                    trim.signed.checkpoint.timeSeconds, Data(trim.signed.signature), trim.trimmedAt,
                ])
            try transaction.record(entry, of: tenant)
        }
    }

    /// Removes what a trim left, the oldest first: at most `limit` records and as many checkpoints, so that nobody who waits for
    /// the ledger notices.
    ///
    /// - Returns: whether there may be more.
    package func removeTrimmed(of tenant: TenantID, limit: Int) async throws(HallpassError) -> Bool {
        let trim: AuditTrim?
        do {
            trim = try await database.read { try Self.remains(of: tenant, in: $0) }
        } catch {
            throw .storageUnavailable
        }
        guard let trim else { return false }
        return try await ledger.transact { transaction in
            let last = trim.head.sequence
            let records = try Self.remove("audit_record", tenant, through: last, limit, transaction.db)
            // That of the trim itself stays: the chain begins with it.
            let checkpoints = try Self.remove("audit_checkpoint", tenant, through: last - 1, limit, transaction.db)
            return records == limit || checkpoints == limit
        }
    }

    static func trim(of tenant: TenantID, in db: Database) throws -> AuditTrim? {
        // An older version's file, which is being looked at, has no such table.
        guard try !db.configuration.readonly || db.tableExists("audit_trim") else { return nil }
        return try Row.fetchOne(
            db,
            sql: "SELECT sequence, hash, created_at, signature, trimmed_at FROM audit_trim WHERE tenant_id = ?",
            arguments: [tenant.rawValue]
        ).map { row in
            AuditTrim(signed: try CheckpointStore.signed(row, of: tenant), trimmedAt: try row.decode(atIndex: 4))
        }
    }

    /// The trim of a chain, where something of what it took out is still there.
    private static func remains(of tenant: TenantID, in db: Database) throws -> AuditTrim? {
        guard let trim = try trim(of: tenant, in: db) else { return nil }
        for (table, last) in [("audit_record", trim.head.sequence), ("audit_checkpoint", trim.head.sequence - 1)] {
            let first = try Int64.fetchOne(
                db, sql: "SELECT min(sequence) FROM \(table) WHERE tenant_id = ?", arguments: [tenant.rawValue])
            if let first, first <= last { return trim }
        }
        return nil
    }

    private static func remove(
        _ table: String, _ tenant: TenantID, through last: Int64, _ limit: Int, _ db: Database
    ) throws -> Int {
        try db.run(
            """
            DELETE FROM \(table) WHERE tenant_id = ?1 AND sequence <= (
                SELECT max(sequence) FROM (
                    SELECT sequence FROM \(table) WHERE tenant_id = ?1 AND sequence <= ?2 ORDER BY sequence LIMIT ?3))
            """, [tenant.rawValue, last, limit])
        return db.changesCount
    }
}
