import Foundation
import GRDB
import HallpassCore

enum SigningKeyTable {
    /// What ``row(_:of:)`` reads, from index 1.
    static let columns = """
        key_id, connector_id, environment_id, root_version, state, created_at, first_sequence, last_sequence, retires_at,
        compromised_at
        """

    static func row(_ row: Row, of tenant: TenantID) throws -> SigningKeyRow {
        guard let id = KeyID(bytes: try row.bytes(at: 1)) else { throw DamagedRow(column: "signing_key.key_id") }
        var key = SigningKeyRow(
            tenant: tenant, id: id, deployment: try row.deployment(connectorAt: 2, environmentAt: 3),
            rootVersion: try row.decode(atIndex: 4), createdAt: try row.decode(atIndex: 6),
            firstSequence: try row.decode(atIndex: 7))
        key.state = try row.value(at: 5, SigningKey.State.init(rawValue:))
        key.lastSequence = try row.decode(atIndex: 8)
        key.retiresAt = try row.decode(atIndex: 9)
        key.compromisedAt = try row.decode(atIndex: 10)
        return key
    }

    /// - Returns: `nil` where the tenant never had such a key.
    static func find(_ id: KeyID, of tenant: TenantID, _ db: Database) throws -> SigningKeyRow? {
        try Row.fetchOne(
            db, sql: "SELECT tenant_id, \(columns) FROM signing_key WHERE tenant_id = ? AND key_id = ?",
            arguments: [tenant.rawValue, Data(id.bytes)]
        ).map { try row($0, of: tenant) }
    }

    /// A key that signs; its deployment has none at this point.
    static func insert(_ key: SigningKeyRow, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO signing_key (tenant_id, key_id, connector_id, environment_id, root_version, state, created_at,
                first_sequence) VALUES (?, ?, ?, ?, ?, 'active', ?, ?)
            """,
            [
                key.tenant.rawValue, Data(key.id.bytes), key.deployment.connector.rawValue,
                key.deployment.environment.rawValue, key.rootVersion, key.createdAt, key.firstSequence,
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

    /// The deployment's signing key signs no more and is good for what it signed until then.
    static func supersede(
        _ deployment: DeploymentID, of tenant: TenantID, lastSequence: Int64, retiresAt: Int64, _ db: Database
    ) throws {
        try db.run(
            """
            UPDATE signing_key SET state = 'verify_only', last_sequence = ?, retires_at = ?
            WHERE tenant_id = ? AND connector_id = ? AND environment_id = ? AND state = 'active'
            """,
            [
                lastSequence, retiresAt, tenant.rawValue, deployment.connector.rawValue,
                deployment.environment.rawValue,
            ])
    }

    /// All of the deployment's keys are dead at once, whatever they signed.
    static func compromise(
        _ deployment: DeploymentID, of tenant: TenantID, lastSequence: Int64, nowSeconds: Int64, _ db: Database
    ) throws {
        try db.run(
            """
            UPDATE signing_key SET state = 'retired', compromised_at = ?, retires_at = ?,
                last_sequence = coalesce(last_sequence, ?)
            WHERE tenant_id = ? AND connector_id = ? AND environment_id = ? AND state != 'retired'
            """,
            [
                nowSeconds, nowSeconds, lastSequence, tenant.rawValue, deployment.connector.rawValue,
                deployment.environment.rawValue,
            ])
    }

    /// All of the tenant's keys are dead at once, whatever they signed.
    static func retireAll(of tenant: TenantID, lastSequence: Int64, nowSeconds: Int64, _ db: Database) throws {
        try db.run(
            """
            UPDATE signing_key SET state = 'retired', retires_at = ?, last_sequence = coalesce(last_sequence, ?)
            WHERE tenant_id = ? AND state != 'retired'
            """,
            [nowSeconds, lastSequence, tenant.rawValue])
    }

    /// - Returns: how many had their time.
    static func retireDue(of tenant: TenantID, nowSeconds: Int64, _ db: Database) throws -> Int {
        try db.run(
            """
            UPDATE signing_key SET state = 'retired'
            WHERE tenant_id = ? AND state = 'verify_only' AND retires_at <= ?
            """,
            [tenant.rawValue, nowSeconds])
        return db.changesCount
    }
}
