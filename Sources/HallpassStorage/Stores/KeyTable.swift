import Foundation
import GRDB
import HallpassCore

enum KeyTable {
    /// The two tables of keys that a tenant has of its own.
    enum Kind: String {
        case root = "root_key"
        case data = "data_key"
    }

    static func insert(_ key: SealedKeyRow, as kind: Kind, _ db: Database) throws {
        try db.run(
            "INSERT INTO \(kind.rawValue) (tenant_id, version, sealed, created_at) VALUES (?, ?, ?, ?)",
            [key.tenant.rawValue, key.version, Data(key.sealed), key.createdAt])
    }

    static func insert(_ key: SigningKeyRow, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO signing_key (tenant_id, key_id, connector_id, environment_id, root_version, state)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                key.tenant.rawValue, Data(key.id.bytes), key.deployment.connector.rawValue,
                key.deployment.environment.rawValue, key.rootVersion, key.state.rawValue,
            ])
    }

    /// What these keys signed is good no more.
    static func retire(_ deployment: DeploymentID, of tenant: TenantID, _ db: Database) throws {
        try db.run(
            """
            UPDATE signing_key SET state = 'retired'
            WHERE tenant_id = ? AND connector_id = ? AND environment_id = ?
            """,
            [tenant.rawValue, deployment.connector.rawValue, deployment.environment.rawValue])
    }
}
