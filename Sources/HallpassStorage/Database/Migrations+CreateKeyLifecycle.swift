import GRDB

extension Migrations {
    /// Version 4: when signing keys came, went and are to go. The sequences say which tokens a key may have signed.
    static func createKeyLifecycle(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE signing_key ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE signing_key ADD COLUMN first_sequence INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE signing_key ADD COLUMN last_sequence INTEGER
                    CHECK (last_sequence IS NULL OR state != 'active');
                ALTER TABLE signing_key ADD COLUMN retires_at INTEGER
                    CHECK (retires_at IS NULL OR state != 'active');
                ALTER TABLE signing_key ADD COLUMN compromised_at INTEGER
                    CHECK (compromised_at IS NULL OR state = 'retired');
                """)
    }
}
