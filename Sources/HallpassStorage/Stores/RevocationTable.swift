import GRDB
package import HallpassCore

/// A revocation as it was made.
package struct RevocationSummary: Hashable, Sendable {
    package let cutoff: RevocationCutoff
    package let author: String
    package let reason: String

    package init(cutoff: RevocationCutoff, author: String, reason: String) {
        self.cutoff = cutoff
        self.author = author
        self.reason = reason
    }
}

/// A token that was ended by itself.
package struct RevokedToken: Hashable, Sendable {
    package let id: TokenID
    /// Its place among mints and cutoffs.
    package let sequence: Int64

    package init(id: TokenID, sequence: Int64) {
        self.id = id
        self.sequence = sequence
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
                row.reason, row.cutoff.createdAt,
            ])
    }

    /// Newest first; `before` is a cutoff.
    static func page(
        _ db: Database, tenant: TenantID, before: Int64?, limit: Int
    ) throws -> [RevocationSummary] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT \(columns), author, reason FROM revocation
                WHERE tenant_id = ? AND cutoff < ? ORDER BY cutoff DESC LIMIT ?
                """,
            arguments: [tenant.rawValue, before ?? .max, limit]
        ).map { row in
            RevocationSummary(
                cutoff: try cutoff(row, at: 0), author: try row.decode(atIndex: 4), reason: try row.decode(atIndex: 5))
        }
    }

    /// Those that a token of this number may be old enough for.
    static func all(_ db: Database, of tenant: TenantID, from sequence: Int64) throws -> [RevocationCutoff] {
        try Row.fetchAll(
            db, sql: "SELECT \(columns) FROM revocation WHERE tenant_id = ? AND cutoff >= ?",
            arguments: [tenant.rawValue, sequence]
        ).map { try cutoff($0, at: 0) }
    }

    /// - Returns: a condition on a row.
    static func isRecent(_ nowSeconds: Int64) -> String {
        "created_at >= \(nowSeconds - RevocationCutoffs.retentionSeconds)"
    }

    /// What ``cutoff(_:at:)`` reads.
    static let columns = "dimension, id, cutoff, created_at"

    static func cutoff(_ row: Row, at index: Int) throws -> RevocationCutoff {
        RevocationCutoff(
            dimension: try row.value(at: index, RevocationDimension.init(rawValue:)),
            id: try row.decode(atIndex: index + 1), cutoff: try row.decode(atIndex: index + 2),
            createdAt: try row.decode(atIndex: index + 3))
    }
}
