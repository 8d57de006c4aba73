import GRDB

extension Migrations {
    /// Version 15: where chains begin that were trimmed, each at a signed checkpoint.
    static func createAuditTrim(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE audit_trim (
                    tenant_id TEXT NOT NULL PRIMARY KEY,
                    sequence INTEGER NOT NULL CHECK (sequence >= 1),
                    hash BLOB NOT NULL CHECK (length(hash) = 32),
                    created_at INTEGER NOT NULL,
                    signature BLOB NOT NULL CHECK (length(signature) = 64),
                    trimmed_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
