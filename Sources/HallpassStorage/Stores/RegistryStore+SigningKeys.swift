import Foundation
import GRDB
package import HallpassCore

/// New signing keys for deployments, and what becomes of those they follow; made whole or not at all, so that at every
/// moment each deployment has exactly one key that signs.
package struct KeyRotation: Sendable {
    package enum Fate: Sendable {
        /// Good for what they signed up to this moment, in Unix seconds.
        case superseded(retiresAt: [DeploymentID: Int64])
        /// Dead at once.
        case compromised
    }

    package let tenant: TenantID
    /// One for each deployment.
    package let keys: [SigningKeyRow]
    /// For keys that are derived from a root of their own.
    package let root: SealedKeyRow?
    package let fate: Fate
    package let nowSeconds: Int64

    package init(tenant: TenantID, keys: [SigningKeyRow], root: SealedKeyRow? = nil, fate: Fate, nowSeconds: Int64) {
        self.tenant = tenant
        self.keys = keys
        self.root = root
        self.fate = fate
        self.nowSeconds = nowSeconds
    }
}

/// A signing key with what is known of the tokens it signed.
package struct SigningKeySummary: Hashable, Sendable {
    package let key: SigningKeyRow
    /// Issued, not used, not revoked one by one, not expired, and minted while it signed.
    package let outstandingTokens: Int64
}

extension RegistryStore {
    /// - Throws: ``HallpassError/revisionConflict`` where a deployment has no signing key to follow, and as
    ///   ``Ledger/submit(_:)``.
    package func rotate(_ rotation: KeyRotation, audit: AuditEntry) async throws(HallpassError) {
        try await ledger.transact { transaction in
            if let root = rotation.root { try KeyTable.insert(root, as: .root, transaction.db) }
            for key in rotation.keys {
                switch rotation.fate {
                case .superseded(let retiresAt):
                    guard let moment = retiresAt[key.deployment] else { throw HallpassError.internal }
                    try SigningKeyTable.supersede(
                        key.deployment, of: rotation.tenant, lastSequence: key.firstSequence, retiresAt: moment,
                        transaction.db)
                case .compromised:
                    try SigningKeyTable.compromise(
                        key.deployment, of: rotation.tenant, lastSequence: key.firstSequence,
                        nowSeconds: rotation.nowSeconds, transaction.db)
                }
                guard transaction.db.changesCount > 0 else { throw HallpassError.revisionConflict }
                try SigningKeyTable.insert(key, transaction.db)
            }
            try transaction.record(audit, of: rotation.tenant)
        }
    }

    /// Ends the keys whose last tokens have expired. Records nothing where there are none.
    ///
    /// - Parameter audit: makes the record, given how many there were.
    package func retireKeys(
        of tenant: TenantID, nowSeconds: Int64, audit: @escaping @Sendable (Int) -> AuditEntry
    ) async throws(HallpassError) -> Int {
        try await ledger.transact { transaction in
            let count = try SigningKeyTable.retireDue(of: tenant, nowSeconds: nowSeconds, transaction.db)
            if count > 0 { try transaction.record(audit(count), of: tenant) }
            return count
        }
    }

    /// Every key there ever was, or those in one state, by their names; reads all of the tenant's tokens once, however many
    /// keys there are.
    package func signingKeys(
        _ tenant: TenantID, state: SigningKey.State?, after: KeyID?, limit: Int, nowSeconds: Int64
    ) async throws -> [SigningKeySummary] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    WITH page AS MATERIALIZED (
                        SELECT tenant_id, \(SigningKeyTable.columns) FROM signing_key
                        WHERE tenant_id = ? AND (? IS NULL OR state = ?) AND key_id > ? ORDER BY key_id LIMIT ?
                    ),
                    live AS (
                        SELECT page.key_id AS key_id, count(*) AS tokens
                        FROM token CROSS JOIN page ON page.connector_id = token.connector_id
                            AND page.environment_id = token.environment_id AND token.sequence > page.first_sequence
                            AND token.sequence <= coalesce(page.last_sequence, 9223372036854775807)
                        WHERE token.tenant_id = ? AND token.expires_at > ? AND \(TokenTable.isUnspent)
                        GROUP BY page.key_id
                    )
                    SELECT page.*, coalesce(live.tokens, 0) FROM page LEFT JOIN live ON live.key_id = page.key_id
                    ORDER BY page.key_id
                    """,
                arguments: [
                    tenant.rawValue, state?.rawValue, state?.rawValue, after.map { Data($0.bytes) } ?? Data(), limit,
                    tenant.rawValue, nowSeconds,
                ]
            ).map { row in
                SigningKeySummary(
                    key: try SigningKeyTable.row(row, of: tenant), outstandingTokens: try row.decode(atIndex: 11))
            }
        }
    }

    /// When the last good token of each deployment expires, in Unix seconds; those without any are left out. Reads all of
    /// the tenant's tokens.
    package func lastExpiries(_ tenant: TenantID) async throws -> [DeploymentID: Int64] {
        try await database.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT connector_id, environment_id, max(expires_at) FROM token
                    WHERE tenant_id = ? AND \(TokenTable.isUnspent) GROUP BY connector_id, environment_id
                    """,
                arguments: [tenant.rawValue])
            return try rows.reduce(into: [:]) { expiries, row in
                expiries[try row.deployment(connectorAt: 0, environmentAt: 1)] = try row.decode(atIndex: 2)
            }
        }
    }

    /// Since when each deployment's signing key has signed, in Unix seconds.
    package func activeKeyAges(_ tenant: TenantID) async throws -> [DeploymentID: Int64] {
        try await database.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT connector_id, environment_id, created_at FROM signing_key
                    WHERE tenant_id = ? AND state = 'active'
                    """,
                arguments: [tenant.rawValue])
            return try rows.reduce(into: [:]) { ages, row in
                ages[try row.deployment(connectorAt: 0, environmentAt: 1)] = try row.decode(atIndex: 2)
            }
        }
    }
}
