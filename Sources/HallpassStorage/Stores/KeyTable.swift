import Foundation
import GRDB
package import HallpassCore

/// A tenant's own key with what it is for.
package struct SealedTenantKey: Sendable {
    /// By its table.
    package enum Kind: String, Sendable, CaseIterable {
        case root = "root_key"
        case data = "data_key"
    }

    package let kind: Kind
    package let key: SealedKeyRow

    package init(kind: Kind, key: SealedKeyRow) {
        self.kind = kind
        self.key = key
    }
}

enum KeyTable {
    /// What ``row(_:of:)`` reads, from index 1.
    static let columns = "version, sealed, created_at"

    static func row(_ row: Row, of tenant: TenantID) throws -> SealedKeyRow {
        SealedKeyRow(
            tenant: tenant, version: try row.decode(atIndex: 1), sealed: try row.bytes(at: 2),
            createdAt: try row.decode(atIndex: 3))
    }

    /// Every tenant's; of the deleted ones there are none.
    static func all(_ db: Database) throws -> [SealedTenantKey] {
        try SealedTenantKey.Kind.allCases.flatMap { kind in
            try Row.fetchAll(
                db, sql: "SELECT tenant_id, \(columns) FROM \(kind.rawValue) WHERE \(DeletedTenantTable.isNot)"
            ).map { SealedTenantKey(kind: kind, key: try row($0, of: $0.value(at: 0, TenantID.init))) }
        }
    }

    static func insert(_ key: SealedKeyRow, as kind: SealedTenantKey.Kind, _ db: Database) throws {
        try db.run(
            "INSERT INTO \(kind.rawValue) (tenant_id, version, sealed, created_at) VALUES (?, ?, ?, ?)",
            [key.tenant.rawValue, key.version, Data(key.sealed), key.createdAt])
    }
}

extension RegistryStore {
    /// Every key of a tenant's own, as it lies there; none of a deleted tenant.
    package func sealedKeys(_ tenant: TenantID) async throws -> [SealedTenantKey] {
        try await database.read { db in
            try SealedTenantKey.Kind.allCases.flatMap { kind in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT tenant_id, \(KeyTable.columns) FROM \(kind.rawValue)
                        WHERE tenant_id = ? AND \(DeletedTenantTable.isNot)
                        """,
                    arguments: [tenant.rawValue]
                ).map { SealedTenantKey(kind: kind, key: try KeyTable.row($0, of: tenant)) }
            }
        }
    }

    /// The same keys under another seal, all of them or none.
    package func replaceSealedKeys(_ keys: [SealedTenantKey], of tenant: TenantID) async throws(HallpassError) {
        try await ledger.transact { transaction in
            for row in keys {
                precondition(row.key.tenant == tenant, "a key of one tenant in another's name")
                try transaction.db.run(
                    "UPDATE \(row.kind.rawValue) SET sealed = ? WHERE tenant_id = ? AND version = ?",
                    [Data(row.key.sealed), tenant.rawValue, row.key.version])
            }
        }
    }
}
