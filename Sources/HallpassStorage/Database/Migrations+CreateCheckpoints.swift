import GRDB

extension Migrations {
    /// Version 8: signed statements of where each audit chain ended.
    static func createCheckpoints(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE audit_checkpoint (
                    tenant_id TEXT NOT NULL,
                    sequence INTEGER NOT NULL CHECK (sequence >= 1),
                    hash BLOB NOT NULL CHECK (length(hash) = 32),
                    created_at INTEGER NOT NULL,
                    signature BLOB NOT NULL CHECK (length(signature) = 64),
                    PRIMARY KEY (tenant_id, sequence)
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
