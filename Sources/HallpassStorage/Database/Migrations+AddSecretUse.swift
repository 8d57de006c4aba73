import GRDB

extension Migrations {
    /// When each client secret was last seen, in Unix seconds.
    static func addSecretUse(_ db: Database) throws {
        try db.execute(sql: "ALTER TABLE client_secret ADD COLUMN last_used_at INTEGER")
    }
}
