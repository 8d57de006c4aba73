import Foundation
import GRDB
import HallpassCore
import HallpassCrypto

enum DeletedTenantTable {
    /// A condition on a row of any table: it is of no deleted tenant.
    static let isNot = "tenant_id NOT IN (SELECT tenant_id FROM deleted_tenant)"

    static func insert(_ deleted: DeletedTenant, _ db: Database) throws {
        try db.run(
            "INSERT INTO deleted_tenant (tenant_id, deleted_at, author, reason) VALUES (?, ?, ?, ?)",
            [deleted.id.rawValue, deleted.deletedAt, deleted.author, deleted.reason])
        for (index, key) in deleted.auditKeys.enumerated() {
            try db.run(
                "INSERT INTO deleted_tenant_audit_key (tenant_id, version, public_key) VALUES (?, ?, ?)",
                [deleted.id.rawValue, index + 1, Data(key.bytes)])
        }
    }

    /// By name.
    static func all(_ db: Database) throws -> [DeletedTenant] {
        var keys: [TenantID: [Ed25519PublicKey]] = [:]
        let keyRows = try Row.fetchAll(
            db, sql: "SELECT tenant_id, public_key FROM deleted_tenant_audit_key ORDER BY tenant_id, version")
        for row in keyRows {
            guard let key = Ed25519PublicKey(bytes: try row.bytes(at: 1)) else {
                throw DamagedRow(column: "deleted_tenant_audit_key.public_key")
            }
            keys[try row.value(at: 0, TenantID.init), default: []].append(key)
        }
        return try Row.fetchAll(
            db, sql: "SELECT tenant_id, deleted_at, author, reason, erased_at FROM deleted_tenant ORDER BY tenant_id"
        ).map { row in
            let id = try row.value(at: 0, TenantID.init)
            return DeletedTenant(
                id: id, deletedAt: try row.decode(atIndex: 1), author: try row.decode(atIndex: 2),
                reason: try row.decode(atIndex: 3), erasedAt: try row.decode(atIndex: 4), auditKeys: keys[id] ?? [])
        }
    }

    /// Those of which something is left beside their audit, by name.
    static func unerased(_ db: Database) throws -> [TenantID] {
        // An older version's file, which is being looked at, has no such table.
        guard try db.tableExists("deleted_tenant") else { return [] }
        return try Row.fetchAll(
            db, sql: "SELECT tenant_id FROM deleted_tenant WHERE erased_at IS NULL ORDER BY tenant_id"
        ).map { try $0.value(at: 0, TenantID.init) }
    }

    /// One table's rows of a tenant, by their key.
    struct Remains: Sendable {
        let table: String
        /// Without the tenant.
        let key: String?

        func exist(of tenant: TenantID, in db: Database) throws -> Bool {
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE tenant_id = ?)", arguments: [tenant.rawValue])
                ?? false
        }

        var removal: String {
            let columns = (["tenant_id"] + (key.map { [$0] } ?? [])).joined(separator: ", ")
            return """
                DELETE FROM \(table) WHERE (\(columns)) IN (
                    SELECT \(columns) FROM \(table) WHERE tenant_id = ?1 LIMIT ?2)
                """
        }
    }

    /// All tables but those of the audit, what refers before what is referred to.
    static let remains = [
        Remains(table: "admin_session", key: "username, digest"), Remains(table: "invitation", key: "digest"),
        Remains(table: "account", key: "username"), Remains(table: "client_secret", key: "client_id, digest"),
        Remains(table: "token", key: "sequence"), Remains(table: "used_token", key: "sequence"),
        Remains(table: "call", key: "sequence"), Remains(table: "claim_page", key: "run, claim"),
        Remains(table: "approval", key: "sequence"), Remains(table: "upstream_credential", key: "credential_id"),
        Remains(table: "client_deployment", key: "client_id, connector_id, environment_id"),
        Remains(table: "client", key: "client_id"), Remains(table: "access_grant", key: "grant_id"),
        Remains(table: "tool_quarantine", key: "connector_id, tool"), Remains(table: "tool", key: "connector_id, name"),
        Remains(table: "deployment", key: "connector_id, environment_id"),
        Remains(table: "connector", key: "connector_id"), Remains(table: "environment", key: "environment_id"),
        Remains(table: "issuer", key: "issuer_id"), Remains(table: "signing_key", key: "key_id"),
        Remains(table: "root_key", key: "version"), Remains(table: "data_key", key: "version"),
        Remains(table: "registry_change", key: "kind, name, revision"), Remains(table: "revision", key: "number"),
        Remains(table: "revocation", key: "cutoff"), Remains(table: "disabled_thing", key: "kind, id"),
        Remains(table: "tenant", key: nil),
    ]
}
