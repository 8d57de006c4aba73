import Foundation
import GRDB
package import HallpassCore
import HallpassCrypto
import StrictJSON

/// Upstream credentials: what may be shown of them, and their secrets, sealed.
package struct CredentialStore: Sendable {
    let database: HallpassDatabase
    let ledger: Ledger

    package init(database: HallpassDatabase, ledger: Ledger) {
        self.database = database
        self.ledger = ledger
    }

    /// By name.
    package func list(_ tenant: TenantID, after: CredentialID?, limit: Int) async throws -> [UpstreamCredential] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(CredentialRow.columns) FROM upstream_credential
                    WHERE tenant_id = ? AND credential_id > ? ORDER BY credential_id LIMIT ?
                    """,
                arguments: [tenant.rawValue, after?.rawValue ?? "", limit]
            ).map { try CredentialRow.credential($0) }
        }
    }

    package func find(_ id: CredentialID, of tenant: TenantID) async throws -> StoredCredential? {
        try await database.read { try CredentialRow.find(id, of: tenant, $0) }
    }

    /// This person's and everyone's in a deployment, without the revoked ones.
    package func candidates(
        for subject: Subject, in deployment: DeploymentID, of tenant: TenantID
    ) async throws -> [UpstreamCredential] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(CredentialRow.columns) FROM upstream_credential
                    WHERE tenant_id = ? AND connector_id = ? AND environment_id = ?
                        AND coalesce(subject, '') IN ('', ?) AND state != 'revoked'
                    """,
                arguments: [
                    tenant.rawValue, deployment.connector.rawValue, deployment.environment.rawValue, subject.rawValue,
                ]
            ).map { try CredentialRow.credential($0) }
        }
    }

    /// Keeps a first or a further version.
    ///
    /// - Parameter replaced: the version it follows, 0 for none.
    /// - Throws: ``HallpassError/revisionConflict`` when the present version is another one, ``HallpassError/inUse(by:)`` when
    ///   another credential is there for the same calls, and as ``Ledger/submit(_:)``.
    package func put(
        _ stored: StoredCredential, of tenant: TenantID, replacing replaced: Int64, audit: AuditEntry
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            let credential = stored.credential
            let present = try CredentialRow.find(credential.id, of: tenant, transaction.db)
            guard present?.credential.version ?? 0 == replaced else { throw HallpassError.revisionConflict }
            let other = try String.fetchOne(
                transaction.db,
                sql: """
                    SELECT credential_id FROM upstream_credential
                    WHERE tenant_id = ? AND connector_id = ? AND environment_id = ? AND coalesce(subject, '') = ?
                        AND state != 'revoked' AND credential_id != ?
                    """,
                arguments: [
                    tenant.rawValue, credential.deployment.connector.rawValue,
                    credential.deployment.environment.rawValue, credential.subject?.rawValue ?? "",
                    credential.id.rawValue,
                ])
            if let other { throw HallpassError.inUse(by: ["credential \(other)"]) }
            try CredentialRow.replace(stored, of: tenant, transaction.db)
            try transaction.record(audit, of: tenant)
        }
    }

    /// Switches one off or on, or begins its revocation.
    ///
    /// - Throws: ``HallpassError/notFound`` when there is none, ``HallpassError/revisionConflict`` when it is revoked and is to
    ///   be anything else, and as ``Ledger/submit(_:)``.
    package func set(
        _ state: UpstreamCredential.State, revocation: UpstreamCredential.ProviderRevocation?, of id: CredentialID,
        in tenant: TenantID, audit: AuditEntry
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            guard let present = try CredentialRow.find(id, of: tenant, transaction.db) else {
                throw HallpassError.notFound
            }
            guard present.credential.state != .revoked || state == .revoked else {
                throw HallpassError.revisionConflict
            }
            try transaction.db.run(
                """
                UPDATE upstream_credential SET state = ?, provider_revocation = ? WHERE tenant_id = ? AND credential_id = ?
                """,
                [state.rawValue, revocation?.rawValue, tenant.rawValue, id.rawValue])
            try transaction.record(audit, of: tenant)
        }
    }

    /// Notes how a revocation went at the provider. What is revoked there, or can only be changed there by hand, is not kept.
    package func noteRevocation(
        _ revocation: UpstreamCredential.ProviderRevocation, of id: CredentialID, version: Int64, in tenant: TenantID,
        audit: AuditEntry
    ) async throws(HallpassError) {
        let isOver = revocation == .done || revocation == .notPossible
        try await ledger.transact { transaction in
            try transaction.db.run(
                """
                UPDATE upstream_credential SET provider_revocation = ?, sealed = CASE WHEN ? THEN NULL ELSE sealed END
                WHERE tenant_id = ? AND credential_id = ? AND version = ? AND state = 'revoked'
                """,
                [revocation.rawValue, isOver, tenant.rawValue, id.rawValue, version])
            try transaction.record(audit, of: tenant)
        }
    }

    /// Puts the provider's new refresh token in the place of the one that was used.
    ///
    /// - Throws: ``HallpassError/revisionConflict`` when that one is not there any more, and as ``Ledger/submit(_:)``.
    package func refresh(
        _ credential: UpstreamCredential, sealed: [UInt8], of tenant: TenantID, audit: AuditEntry
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            try transaction.db.run(
                """
                UPDATE upstream_credential SET sealed = ?, refresh_count = refresh_count + 1
                WHERE tenant_id = ? AND credential_id = ? AND version = ? AND refresh_count = ?
                """,
                [
                    Data(sealed), tenant.rawValue, credential.id.rawValue, credential.version, credential.refreshCount,
                ])
            guard transaction.db.changesCount == 1 else { throw HallpassError.revisionConflict }
            try transaction.record(audit, of: tenant)
        }
    }

    /// By name, with their secrets, without those that have none any more.
    package func sealed(_ tenant: TenantID, after: CredentialID?, limit: Int) async throws -> [StoredCredential] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(CredentialRow.columns), sealed FROM upstream_credential
                    WHERE tenant_id = ? AND credential_id > ? AND sealed IS NOT NULL ORDER BY credential_id LIMIT ?
                    """,
                arguments: [tenant.rawValue, after?.rawValue ?? "", limit]
            ).map { try CredentialRow.stored($0) }
        }
    }

    /// The same secrets under another seal. One that was changed meanwhile stays as it is.
    ///
    /// - Parameter resealed: each as it was read, with its new seal.
    package func reseal(
        _ resealed: [(stored: StoredCredential, sealed: [UInt8])], of tenant: TenantID
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            for (stored, sealed) in resealed {
                try transaction.db.run(
                    """
                    UPDATE upstream_credential SET sealed = ?
                    WHERE tenant_id = ? AND credential_id = ? AND version = ? AND refresh_count = ? AND sealed = ?
                    """,
                    [
                        Data(sealed), tenant.rawValue, stored.credential.id.rawValue, stored.credential.version,
                        stored.credential.refreshCount, stored.sealed.map { Data($0) },
                    ])
            }
        }
    }

    /// Notes how the last fetch of a token went: `nil` is well. Of a version that is not there any more nothing is noted.
    package func note(
        _ failure: UpstreamFailure?, of credential: UpstreamCredential, in tenant: TenantID, nowSeconds: Int64
    ) async throws(HallpassError) {
        try await ledger.transact { transaction in
            try transaction.db.run(
                """
                UPDATE upstream_credential SET failure = ?, failed_at = ?
                WHERE tenant_id = ? AND credential_id = ? AND version = ?
                """,
                [
                    failure?.rawValue, failure.map { _ in nowSeconds }, tenant.rawValue, credential.id.rawValue,
                    credential.version,
                ])
        }
    }
}

/// A credential and its secret.
package struct StoredCredential: Hashable, Sendable {
    package let credential: UpstreamCredential
    /// Never in the clear; storage does not look inside. `nil` once it is of no more use to anybody.
    package let sealed: [UInt8]?

    package init(credential: UpstreamCredential, sealed: [UInt8]?) {
        self.credential = credential
        self.sealed = sealed
    }
}
