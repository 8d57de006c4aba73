import Foundation
import GRDB
package import HallpassCore

/// The tenants: what is registered in them, their keys and secrets, and how it came to be so.
package struct RegistryStore: Sendable {
    let database: HallpassDatabase
    let ledger: Ledger

    package init(database: HallpassDatabase, ledger: Ledger) {
        self.database = database
        self.ledger = ledger
    }

    /// By name, without the deleted ones.
    package func tenants() async throws -> [TenantID] {
        try await database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT tenant_id FROM tenant WHERE \(DeletedTenantTable.isNot) ORDER BY tenant_id"
            ).map { try $0.value(at: 0, TenantID.init) }
        }
    }

    /// - Returns: `nil` where there is no such tenant.
    package func load(_ tenant: TenantID, nowSeconds: Int64) async throws -> StoredTenant? {
        try await database.read { try RegistryReader($0, .one(tenant)).load(nowSeconds: nowSeconds).first }
    }

    /// Every tenant, each as of one moment, by name; for a start, when nothing changes. One statement a table for all of
    /// those that one connection reads, and one connection for each processor.
    package func loadAll(nowSeconds: Int64) async throws -> [StoredTenant] {
        let names = try await tenants().map(\.rawValue)
        let size = max(Self.tenantsWorthAConnection, names.count / ProcessInfo.processInfo.activeProcessorCount + 1)
        let starts = [""] + stride(from: size, to: names.count, by: size).map { names[$0] }
        return try await withThrowingTaskGroup(of: [StoredTenant].self) { group in
            for (first, end) in zip(starts, starts.dropFirst().map(Optional.some) + [nil]) {
                group.addTask {
                    try await database.read {
                        try RegistryReader($0, .from(first, upTo: end)).load(nowSeconds: nowSeconds)
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted {
                $0.registry.tenant.id < $1.registry.tenant.id
            }
        }
    }

    /// Fewer are read sooner by one that is open already.
    private static let tenantsWorthAConnection = 50

    /// Makes a change of the registry, its revision, its history and its audit records in one transaction.
    ///
    /// - Returns: the new revision.
    /// - Throws: ``HallpassError/revisionConflict`` when the registry is no longer at the expected revision,
    ///   ``HallpassError/internal`` when the schema refuses a row, and as ``Ledger/submit(_:)``.
    package func commit(_ commit: RegistryCommit) async throws(HallpassError) -> Int64 {
        try await ledger.transact { transaction in
            let revision = try Self.advance(commit, transaction.db)
            try RegistryHistory.insert(commit, revision: revision, transaction.db)
            try RegistryWriter(db: transaction.db, tenant: commit.tenant).apply(commit.changes)
            for key in commit.keys { try SigningKeyTable.insert(key, transaction.db) }
            for secret in commit.secrets { try SecretTable.insert(secret, transaction.db) }
            for row in commit.released { try QuarantineTable.remove(row, of: commit.tenant, transaction.db) }
            for entry in commit.audit(revision) { try transaction.record(entry, of: commit.tenant) }
            return revision
        }
    }

    /// Gives a tenant its first data key, where it was created before there were any.
    package func addDataKey(_ key: SealedKeyRow) async throws(HallpassError) {
        try await ledger.transact { try KeyTable.insert(key, as: .data, $0.db) }
    }

    /// The version of the root that new keys are derived from.
    package func rootKeyVersion(_ tenant: TenantID) async throws -> Int64 {
        try await database.read { db in
            guard
                let version = try Int64.fetchOne(
                    db, sql: "SELECT max(version) FROM root_key WHERE tenant_id = ?", arguments: [tenant.rawValue])
            else { throw HallpassError.notFound }
            return version
        }
    }

    /// - Parameter before: a cutoff; absent for the newest.
    /// - Returns: newest first.
    package func revocations(
        _ tenant: TenantID, before: Int64? = nil, limit: Int
    ) async throws -> [RevocationSummary] {
        try await database.read { try RevocationTable.page($0, tenant: tenant, before: before, limit: limit) }
    }

    /// Those that were ended one by one and have not expired yet, in the order they were minted.
    package func revokedTokens(_ tenant: TenantID, nowSeconds: Int64) async throws -> [RevokedToken] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT token_id, sequence FROM token INDEXED BY token_revoked
                    WHERE tenant_id = ? AND state = 2 AND expires_at > ? ORDER BY sequence
                    """,
                arguments: [tenant.rawValue, nowSeconds]
            ).map { row in
                guard let id = TokenID(bytes: try row.bytes(at: 0)) else { throw DamagedRow(column: "token.token_id") }
                return RevokedToken(id: id, sequence: try row.decode(atIndex: 1))
            }
        }
    }

    /// - Returns: by kind and name.
    package func disabledThings(
        _ tenant: TenantID, after: DisabledThing? = nil, limit: Int
    ) async throws -> [DisabledSummary] {
        try await database.read { try DisabledTable.page($0, tenant: tenant, after: after, limit: limit) }
    }

    /// The one statement that decides whether the change comes too late, or the tenant is there already.
    private static func advance(_ commit: RegistryCommit, _ db: Database) throws -> Int64 {
        if let rootKey = commit.rootKey, commit.expectedRevision == 0 {
            try db.run(
                "INSERT INTO tenant (tenant_id, revision) VALUES (?, 1) ON CONFLICT DO NOTHING",
                [commit.tenant.rawValue])
            guard db.changesCount == 1 else { throw HallpassError.revisionConflict }
            try KeyTable.insert(rootKey, as: .root, db)
            if let dataKey = commit.dataKey { try KeyTable.insert(dataKey, as: .data, db) }
            return 1
        }
        try db.run(
            "UPDATE tenant SET revision = revision + 1 WHERE tenant_id = ? AND revision = ?",
            [commit.tenant.rawValue, commit.expectedRevision])
        guard db.changesCount == 1 else { throw HallpassError.revisionConflict }
        return commit.expectedRevision + 1
    }
}
