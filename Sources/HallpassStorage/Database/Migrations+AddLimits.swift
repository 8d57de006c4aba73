import GRDB

extension Migrations {
    /// Version 3: what deployments say of how often they are called.
    static func addLimits(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE deployment ADD COLUMN limits TEXT NOT NULL DEFAULT '{}'
                    CHECK (json_valid(limits) AND json_type(limits) = 'object');
                """)
    }
}
