import Foundation
import GRDB
package import HallpassCore
import HallpassCrypto

extension RegistryStore {
    /// Oldest first.
    package func secrets(of client: ClientID, tenant: TenantID) async throws -> [ClientSecretRow] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT tenant_id, \(SecretTable.columns) FROM client_secret
                    WHERE tenant_id = ? AND client_id = ? ORDER BY created_at
                    """,
                arguments: [tenant.rawValue, client.rawValue]
            ).map { try SecretTable.row($0, of: tenant) }
        }
    }

    /// Adds a secret and its audit record; those that have expired make room.
    ///
    /// - Throws: ``HallpassError/limitReached(_:)`` when the client has ``Limits/secretsPerClient`` live ones,
    ///   ``HallpassError/notFound`` when there is no such client, and as ``Ledger/submit(_:)``.
    package func addSecret(
        _ secret: ClientSecretRow, nowSeconds: Int64, audit: AuditEntry
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            let key = [secret.tenant.rawValue, secret.client.rawValue]
            let client = try Bool.fetchOne(
                transaction.db, sql: "SELECT 1 FROM client WHERE tenant_id = ? AND client_id = ?",
                arguments: StatementArguments(key))
            guard client != nil else { throw HallpassError.notFound }
            try transaction.db.run(
                "DELETE FROM client_secret WHERE tenant_id = ? AND client_id = ? AND expires_at <= ?",
                [secret.tenant.rawValue, secret.client.rawValue, nowSeconds])
            let live = try Int.fetchOne(
                transaction.db, sql: "SELECT count(*) FROM client_secret WHERE tenant_id = ? AND client_id = ?",
                arguments: StatementArguments(key))
            guard live ?? 0 < Limits.secretsPerClient else {
                throw HallpassError.limitReached("a client has at most two live secrets; revoke one first")
            }
            try SecretTable.insert(secret, transaction.db)
            try transaction.record(audit, of: secret.tenant)
        }
    }

    /// Removes a secret, with its audit record.
    ///
    /// - Throws: ``HallpassError/notFound`` when it is not there any more, and as ``Ledger/submit(_:)``.
    package func removeSecret(_ secret: ClientSecretRow, audit: AuditEntry) async throws(HallpassError) {
        try await ledger.transact { transaction in
            try transaction.db.run(
                "DELETE FROM client_secret WHERE tenant_id = ? AND client_id = ? AND digest = ?",
                [secret.tenant.rawValue, secret.client.rawValue, Data(secret.digest.bytes)])
            guard transaction.db.changesCount == 1 else { throw HallpassError.notFound }
            try transaction.record(audit, of: secret.tenant)
        }
    }

    /// Keeps when secrets were last seen; those that are gone meanwhile stay gone. No audit record: the uses have their own.
    package func noteUses(_ uses: [SecretUse]) async throws(HallpassError) {
        try await ledger.transact { transaction in
            for use in uses {
                try transaction.db.run(
                    """
                    UPDATE client_secret SET last_used_at = max(coalesce(last_used_at, 0), ?4)
                    WHERE tenant_id = ?1 AND client_id = ?2 AND digest = ?3
                    """,
                    [use.tenant.rawValue, use.client.rawValue, Data(use.digest.bytes), use.lastUsedAt])
            }
        }
    }
}

enum SecretTable {
    /// What ``row(_:of:)`` reads, from index 1.
    static let columns = "client_id, digest, created_at, expires_at, last_used_at"

    static func insert(_ secret: ClientSecretRow, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO client_secret (tenant_id, client_id, digest, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
            """,
            [
                secret.tenant.rawValue, secret.client.rawValue, Data(secret.digest.bytes), secret.createdAt,
                secret.expiresAt,
            ])
    }

    static func row(_ row: Row, of tenant: TenantID) throws -> ClientSecretRow {
        ClientSecretRow(
            tenant: tenant, client: try row.value(at: 1, ClientID.init), digest: try row.digest(at: 2),
            createdAt: try row.decode(atIndex: 3), expiresAt: try row.decode(atIndex: 4),
            lastUsedAt: try row.decode(atIndex: 5))
    }
}
