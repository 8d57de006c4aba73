import GRDB

extension Migrations {
    /// Version 20: the tokens that were ended one by one are found without looking at all the others.
    static func indexRevokedTokens(_ db: Database) throws {
        try db.execute(sql: "CREATE INDEX token_revoked ON token (tenant_id, expires_at) WHERE state = 2")
    }
}
