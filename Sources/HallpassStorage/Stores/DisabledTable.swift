import GRDB
package import HallpassCore

/// A thing that is switched off, by whom and why.
package struct DisabledSummary: Hashable, Sendable {
    package let thing: DisabledThing
    package let author: String
    package let reason: String
    /// Unix seconds.
    package let createdAt: Int64
}

enum DisabledTable {
    /// Off again is off, with the newer reason.
    static func put(_ row: DisabledSummary, of tenant: TenantID, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO disabled_thing (tenant_id, kind, id, author, reason, created_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET author = excluded.author, reason = excluded.reason, created_at = excluded.created_at
            """,
            [tenant.rawValue, row.thing.kind.rawValue, row.thing.id, row.author, row.reason, row.createdAt])
    }

    static func remove(_ thing: DisabledThing, of tenant: TenantID, _ db: Database) throws {
        try db.run(
            "DELETE FROM disabled_thing WHERE tenant_id = ? AND kind = ? AND id = ?",
            [tenant.rawValue, thing.kind.rawValue, thing.id])
    }

    /// By kind and name.
    static func page(
        _ db: Database, tenant: TenantID, after: DisabledThing?, limit: Int
    ) throws -> [DisabledSummary] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT kind, id, author, reason, created_at FROM disabled_thing
                WHERE tenant_id = ? AND (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?
                """,
            arguments: [tenant.rawValue, after?.kind.rawValue ?? "", after?.id ?? "", limit]
        ).map { row in
            DisabledSummary(
                thing: try thing(row, at: 0), author: try row.decode(atIndex: 2), reason: try row.decode(atIndex: 3),
                createdAt: try row.decode(atIndex: 4))
        }
    }

    /// Reads `kind, id` from two columns.
    static func thing(_ row: Row, at index: Int) throws -> DisabledThing {
        let kind = try row.value(at: index, HallpassError.Disableable.init(rawValue:))
        return try row.value(at: index + 1) { DisabledThing(kind, id: $0) }
    }
}
