import GRDB
package import HallpassCore

/// A revocation as it was made.
package struct RevocationSummary: Hashable, Sendable {
    package let cutoff: RevocationCutoff
    package let author: String
    package let reason: String
    /// Unix seconds.
    package let createdAt: Int64

    package init(cutoff: RevocationCutoff, author: String, reason: String, createdAt: Int64) {
        self.cutoff = cutoff
        self.author = author
        self.reason = reason
        self.createdAt = createdAt
    }
}

enum RevocationTable {
    static func insert(_ row: RevocationSummary, of tenant: TenantID, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO revocation (tenant_id, cutoff, dimension, id, author, reason, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                tenant.rawValue, row.cutoff.cutoff, row.cutoff.dimension.rawValue, row.cutoff.id, row.author,
                row.reason,
                row.createdAt,
            ])
    }

    /// Newest first; `before` is a cutoff.
    static func page(
        _ db: Database, tenant: TenantID, before: Int64?, limit: Int
    ) throws -> [RevocationSummary] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT dimension, id, cutoff, author, reason, created_at FROM revocation
                WHERE tenant_id = ? AND cutoff < ? ORDER BY cutoff DESC LIMIT ?
                """,
            arguments: [tenant.rawValue, before ?? .max, limit]
        ).map { row in
            RevocationSummary(
                cutoff: try cutoff(row, at: 0), author: try row.decode(atIndex: 3), reason: try row.decode(atIndex: 4),
                createdAt: try row.decode(atIndex: 5))
        }
    }

    /// Reads `dimension, id, cutoff` from three columns.
    static func cutoff(_ row: Row, at index: Int) throws -> RevocationCutoff {
        RevocationCutoff(
            dimension: try row.value(at: index, RevocationDimension.init(rawValue:)),
            id: try row.decode(atIndex: index + 1), cutoff: try row.decode(atIndex: index + 2))
    }
}
