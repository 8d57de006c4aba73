import GRDB

extension Migrations {
    /// Version 16: which database this is, and that it is a copy which no server has cut off from its past yet.
    ///
    /// `copied_at` is when the past was left, in Unix seconds, where that is known.
    static func createRestoreFence(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE ledger_state ADD COLUMN identity BLOB CHECK (identity IS NULL OR length(identity) = 16);
                ALTER TABLE ledger_state ADD COLUMN fence TEXT
                    CHECK (fence IS NULL OR fence IN ('copy', 'older', 'unmarked', 'foreign'));
                ALTER TABLE ledger_state ADD COLUMN copied_at INTEGER CHECK (copied_at IS NULL OR fence IS NOT NULL);
                """)
    }
}
