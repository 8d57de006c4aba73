import GRDB

extension Migrations {
    /// Version 18: when a data key was followed by another, and when nothing was left under it. Calls with numbers up to
    /// `last_sequence` may have been sealed under it; NULL where that is not settled yet.
    static func createDataKeyLifecycle(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE data_key ADD COLUMN superseded_at INTEGER;
                ALTER TABLE data_key ADD COLUMN last_sequence INTEGER
                    CHECK (last_sequence IS NULL OR superseded_at IS NOT NULL);
                ALTER TABLE data_key ADD COLUMN retired_at INTEGER
                    CHECK (retired_at IS NULL OR last_sequence IS NOT NULL);
                """)
    }
}
