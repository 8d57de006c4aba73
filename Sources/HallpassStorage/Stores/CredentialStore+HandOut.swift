import Foundation
import GRDB
package import HallpassCore
package import HallpassCrypto

/// A credential about to leave, for one call.
package struct CredentialHandOut: Sendable {
    package let call: CallID
    /// The server that asks.
    package let client: ClientID
    package let credential: UpstreamCredential
    /// Of what is given.
    package let digest: SHA256Digest
    package let nowSeconds: Int64

    package init(
        call: CallID, client: ClientID, credential: UpstreamCredential, digest: SHA256Digest, nowSeconds: Int64
    ) {
        self.call = call
        self.client = client
        self.credential = credential
        self.digest = digest
        self.nowSeconds = nowSeconds
    }
}

extension CredentialStore {
    /// - Returns: `nil` for a call that is not there, or is another server's.
    package func call(
        _ id: CallID, by client: ClientID, of tenant: TenantID, nowSeconds: Int64
    ) async throws -> CredentialCall? {
        try await database.read { try Self.call(id, by: client, of: tenant, nowSeconds: nowSeconds, $0) }
    }

    /// Takes the one hand-out of a call and records it, or records why not: the call may have ended, the credential been
    /// switched off meanwhile.
    ///
    /// - Parameter audit: makes the one record of either. May run again if the transaction has to be repeated.
    /// - Returns: the refusal.
    /// - Throws: when nothing could be recorded, as ``Ledger/submit(_:)``.
    package func handOut(
        _ handOut: CredentialHandOut, of tenant: TenantID, audit: @escaping @Sendable (Refusal?) -> AuditEntry
    ) async throws(HallpassError) -> Refusal? {
        try await ledger.transact { transaction in
            let refusal = try Self.refusal(handOut, of: tenant, transaction.db)
            if refusal == nil {
                try transaction.db.run(
                    "UPDATE call SET credential_digest = ? WHERE tenant_id = ? AND sequence = ?",
                    [Data(handOut.digest.bytes), tenant.rawValue, handOut.call.sequence])
                try transaction.db.run(
                    """
                    UPDATE upstream_credential SET last_issued_at = ? WHERE tenant_id = ? AND credential_id = ?
                    """,
                    [handOut.nowSeconds, tenant.rawValue, handOut.credential.id.rawValue])
            }
            try transaction.record(audit(refusal), of: tenant)
            return refusal
        }
    }

    private static func refusal(_ handOut: CredentialHandOut, of tenant: TenantID, _ db: Database) throws -> Refusal? {
        guard let call = try call(handOut.call, by: handOut.client, of: tenant, nowSeconds: handOut.nowSeconds, db)
        else {
            return Refusal(.ledger, .notFound)
        }
        if let refusal = CredentialPolicy.refusal(call, nowSeconds: handOut.nowSeconds) { return refusal }
        let present = try CredentialRow.find(handOut.credential.id, of: tenant, db)?.credential
        guard let present, present.state != .revoked else { return Refusal(.credential, .credentialNotFound) }
        guard present.state == .active else { return Refusal(.enabled, .credentialDisabled) }
        // It was rotated while this one was on its way; the next attempt gets the new one.
        return present.version == handOut.credential.version
            ? nil : Refusal(.credential, .upstreamUnavailable(retryAfterSeconds: 1))
    }

    private static func call(
        _ id: CallID, by client: ClientID, of tenant: TenantID, nowSeconds: Int64, _ db: Database
    ) throws -> CredentialCall? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT call.nonce, call.client_id, connector_id, environment_id, subject, call.scope, lease_expires_at,
                    outcome_digest IS NOT NULL, credential_digest IS NOT NULL, token.state = 2, token.sequence
                FROM call JOIN token ON token.tenant_id = call.tenant_id AND token.sequence = call.token_sequence
                WHERE call.tenant_id = ? AND call.sequence = ?
                """,
            arguments: [tenant.rawValue, id.sequence])
        guard let row, try row.bytes(at: 0) == id.nonce, try row.decode(String.self, atIndex: 1) == client.rawValue
        else { return nil }
        return CredentialCall(
            deployment: try row.deployment(connectorAt: 2, environmentAt: 3),
            subject: try row.value(at: 4, Subject.init),
            scope: try row.value(at: 5, ScopeSet.init(spaceSeparated:)), leaseExpiresAt: try row.decode(atIndex: 6),
            isReported: try row.decode(atIndex: 7), hasCredential: try row.decode(atIndex: 8),
            isRevoked: try row.decode(atIndex: 9)
                || LiveTokens.isCutOff(row.decode(atIndex: 10), of: tenant, in: db))
    }
}
