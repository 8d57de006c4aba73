import Foundation
import GRDB
import HallpassCore
import StrictJSON

/// A row of `upstream_credential`.
enum CredentialRow {
    /// What ``credential(_:)`` reads.
    static let columns = """
        credential_id, connector_id, environment_id, subject, kind, authorization, version, refresh_count, state, \
        provider_revocation, failure, failed_at, created_at, rotated_at, last_issued_at
        """

    static func credential(_ row: Row) throws -> UpstreamCredential {
        UpstreamCredential(
            id: try row.value(at: 0, CredentialID.init),
            deployment: try row.deployment(connectorAt: 1, environmentAt: 2),
            subject: try row.optional(at: 3, Subject.init), kind: try row.value(at: 4, CredentialKind.init),
            authorization: try row.optional(at: 5, authorization), version: try row.decode(atIndex: 6),
            refreshCount: try row.decode(atIndex: 7), state: try row.value(at: 8, UpstreamCredential.State.init),
            providerRevocation: try row.optional(at: 9, UpstreamCredential.ProviderRevocation.init),
            failure: try row.optional(at: 10, UpstreamFailure.init), failedAt: try row.decode(atIndex: 11),
            createdAt: try row.decode(atIndex: 12), rotatedAt: try row.decode(atIndex: 13),
            lastIssuedAt: try row.decode(atIndex: 14))
    }

    static func find(_ id: CredentialID, of tenant: TenantID, _ db: Database) throws -> StoredCredential? {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT \(columns), sealed FROM upstream_credential WHERE tenant_id = ? AND credential_id = ?",
            arguments: [tenant.rawValue, id.rawValue])
        return try row.map(stored)
    }

    /// Reads ``columns`` and, after them, the secret.
    static func stored(_ row: Row) throws -> StoredCredential {
        StoredCredential(
            credential: try credential(row), sealed: try row.decode(Data?.self, atIndex: 15).map { [UInt8]($0) })
    }

    static func replace(_ stored: StoredCredential, of tenant: TenantID, _ db: Database) throws {
        let credential = stored.credential
        try db.run(
            """
            INSERT OR REPLACE INTO upstream_credential (tenant_id, credential_id, connector_id, environment_id, subject, kind,
                authorization, version, refresh_count, sealed, state, created_at, rotated_at, last_issued_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)
            """,
            [
                tenant.rawValue, credential.id.rawValue, credential.deployment.connector.rawValue,
                credential.deployment.environment.rawValue, credential.subject?.rawValue, credential.kind.rawValue,
                credential.authorization.map { JSONColumn.text(.object($0.json)) }, credential.version,
                stored.sealed.map { Data($0) }, credential.state.rawValue, credential.createdAt, credential.rotatedAt,
                credential.lastIssuedAt,
            ])
    }

    private static func authorization(_ text: String) -> UpstreamAuthorization? {
        // Which rule it breaks does not matter: we never wrote it.
        guard let value = try? JSONParser.parse(Array(text.utf8)) else { return nil }
        return try? JSONObjectReader.decode(value) { UpstreamAuthorization(reading: $0) }
    }
}

extension Row {
    /// `nil` where the column is NULL.
    fileprivate func optional<Value>(at index: Int, _ make: (String) -> Value?) throws -> Value? {
        guard try decode(String?.self, atIndex: index) != nil else { return nil }
        return try value(at: index, make)
    }
}
