import Foundation
import GRDB
package import HallpassCore
package import HallpassCrypto

/// A tenant that is no more.
package struct DeletedTenant: Hashable, Sendable {
    package let id: TenantID
    /// Unix seconds.
    package let deletedAt: Int64
    package let author: String
    package let reason: String
    /// Unix seconds; `nil` while something is left of it beside its audit.
    package var erasedAt: Int64?
    /// What its checkpoints are checked with, the newest last. The keys that signed them are destroyed.
    package let auditKeys: [Ed25519PublicKey]

    package init(
        id: TenantID, deletedAt: Int64, author: String, reason: String, erasedAt: Int64? = nil,
        auditKeys: [Ed25519PublicKey]
    ) {
        self.id = id
        self.deletedAt = deletedAt
        self.author = author
        self.reason = reason
        self.erasedAt = erasedAt
        self.auditKeys = auditKeys
    }
}

/// The end of a tenant: first that it is none any more and nothing sealed in it can be opened, in one commit; then, a few rows
/// at a time, everything but its audit.
package struct TenantDeletionStore: Sendable {
    private let database: HallpassDatabase
    private let ledger: Ledger

    package init(database: HallpassDatabase, ledger: Ledger) {
        self.database = database
        self.ledger = ledger
    }

    /// By name.
    package func all() async throws -> [DeletedTenant] {
        try await database.read { try DeletedTenantTable.all($0) }
    }

    /// What a tenant has, all as of one moment. Takes time in proportion.
    package func holdings(of tenant: TenantID, nowSeconds: Int64) async throws -> [TenantHolding: Int64] {
        try await database.read { try TenantHolding.count(of: tenant.rawValue, nowSeconds: nowSeconds, in: $0) }
    }

    /// Deletes a tenant: its own keys are overwritten, its chain ends with `entry` under a last checkpoint, and takes nothing
    /// more, whatever is under way.
    ///
    /// The overwritten bytes may still lie in SQLite's log until ``Ledger/truncateLog()``.
    ///
    /// - Parameters:
    ///   - platformEntry: for the platform's chain.
    ///   - sign: makes the last checkpoint, given where the chain ends. Runs on the writing thread.
    /// - Returns: that checkpoint, and a number above those of all the tenant's tokens.
    /// - Throws: ``HallpassError/internal`` where it is deleted already, and as ``Ledger/submit(_:)``.
    package func delete(
        _ deleted: DeletedTenant, entry: AuditEntry, platformEntry: AuditEntry,
        sign: @escaping @Sendable (AuditHead) throws -> SignedCheckpoint
    ) async throws(HallpassError) -> (checkpoint: SignedCheckpoint, number: Int64) {
        let number = ledger.nextSequence()
        let checkpoint = try await ledger.transact { transaction in
            try LedgerSequence.note(number, transaction.db)
            try transaction.record(platformEntry, of: .platform)
            let checkpoint = try sign(try transaction.record(entry, of: deleted.id))
            try CheckpointStore.insert(checkpoint, transaction.db)
            try DeletedTenantTable.insert(deleted, transaction.db)
            for kind in SealedTenantKey.Kind.allCases {
                try transaction.db.run(
                    "UPDATE \(kind.rawValue) SET sealed = zeroblob(length(sealed)) WHERE tenant_id = ?",
                    [deleted.id.rawValue])
            }
            transaction.close(deleted.id)
            return checkpoint
        }
        return (checkpoint, number)
    }

    /// Removes some of what is left of a deleted tenant, what refers to something before what it refers to.
    ///
    /// - Returns: whether there may be more.
    package func removeRemains(of tenant: TenantID, limit: Int) async throws(HallpassError) -> Bool {
        let found: DeletedTenantTable.Remains?
        do {
            found = try await database.read { db in
                try DeletedTenantTable.remains.first { try $0.exist(of: tenant, in: db) }
            }
        } catch {
            throw .storageUnavailable
        }
        guard let found else { return false }
        return try await ledger.transact { transaction in
            try transaction.db.run(found.removal, [tenant.rawValue, limit])
            return true
        }
    }

    /// Notes that nothing is left of a deleted tenant but its audit.
    ///
    /// - Parameter audit: for the platform's chain.
    package func noteErased(
        _ tenant: TenantID, nowSeconds: Int64, audit: AuditEntry
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            try transaction.db.run(
                "UPDATE deleted_tenant SET erased_at = ? WHERE tenant_id = ?", [nowSeconds, tenant.rawValue])
            try transaction.record(audit, of: .platform)
        }
    }
}
