import Foundation
import GRDB
package import HallpassCore
import HallpassCrypto

/// The signed statements of where each tenant's chain ended.
package struct CheckpointStore: Sendable {
    private let database: HallpassDatabase
    private let ledger: Ledger

    package init(database: HallpassDatabase, ledger: Ledger) {
        self.database = database
        self.ledger = ledger
    }

    /// Keeps one. It says again what is on record, so that the chain has no record of it.
    package func add(_ signed: SignedCheckpoint) async throws(HallpassError) {
        try await ledger.transact { try Self.insert(signed, $0.db) }
    }

    static func insert(_ signed: SignedCheckpoint, _ db: Database) throws {
        let checkpoint = signed.checkpoint
        try db.run(
            """
            INSERT INTO audit_checkpoint (tenant_id, sequence, hash, created_at, signature) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                checkpoint.tenant.rawValue, checkpoint.head.sequence, Data(checkpoint.head.hash.bytes),
                checkpoint.timeSeconds, Data(signed.signature),
            ])
    }

    /// - Parameter sequence: of the record that a page follows on.
    /// - Returns: oldest first.
    package func page(_ tenant: TenantID, after sequence: Int64, limit: Int) async throws -> [SignedCheckpoint] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT sequence, hash, created_at, signature FROM audit_checkpoint
                    WHERE tenant_id = ? AND sequence > ? ORDER BY sequence LIMIT ?
                    """,
                arguments: [tenant.rawValue, sequence, limit]
            ).map { try Self.signed($0, of: tenant) }
        }
    }

    /// The newest that was signed before a moment, of those after one record and up to another.
    package func newest(
        _ tenant: TenantID, after first: Int64, through last: Int64, signedBefore seconds: Int64
    ) async throws -> SignedCheckpoint? {
        try await database.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT sequence, hash, created_at, signature FROM audit_checkpoint
                    WHERE tenant_id = ? AND sequence > ? AND sequence <= ? AND created_at < ?
                    ORDER BY sequence DESC LIMIT 1
                    """,
                arguments: [tenant.rawValue, first, last, seconds]
            ).map { try Self.signed($0, of: tenant) }
        }
    }

    /// Reads `sequence, hash, created_at, signature`.
    static func signed(_ row: Row, of tenant: TenantID) throws -> SignedCheckpoint {
        SignedCheckpoint(
            checkpoint: AuditCheckpoint(
                tenant: tenant, head: AuditHead(sequence: try row.decode(atIndex: 0), hash: try row.digest(at: 1)),
                timeSeconds: try row.decode(atIndex: 2)),
            signature: try row.bytes(at: 3))
    }

    /// The record that the newest checkpoint names; 0 where there is none.
    package func lastSequence(_ tenant: TenantID) async throws -> Int64 {
        try await database.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT max(sequence) FROM audit_checkpoint WHERE tenant_id = ?", arguments: [tenant.rawValue])
                ?? 0
        }
    }
}
