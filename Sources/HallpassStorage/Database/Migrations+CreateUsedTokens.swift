import GRDB

extension Migrations {
    /// Version 22: that a token was used is a row of its own, of two columns, and no change of the token's, of fifteen.
    static func createUsedTokens(_ db: Database) throws {
        try db.execute(sql: usedTokenTable)
        try db.execute(sql: usedTokenTrigger)
    }

    /// From here on no token's own state says `used`.
    private static let usedTokenTable = """
        CREATE TABLE used_token (
            tenant_id TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, sequence)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO used_token SELECT tenant_id, sequence FROM token WHERE state = 1 ORDER BY 1, 2;
        UPDATE token SET state = 0 WHERE state = 1;
        """

    private static let usedTokenTrigger = """
        CREATE TRIGGER used_token_of_removed_token AFTER DELETE ON token
        BEGIN
            DELETE FROM used_token WHERE tenant_id = OLD.tenant_id AND sequence = OLD.sequence;
        END;
        """
}
