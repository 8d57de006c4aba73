import GRDB

extension Migrations {
    /// Version 13: a token's row knows the token by what was signed, not by its number and id alone.
    ///
    /// NULL in the rows from before. Those could not be told from forgeries, so they end here; whoever holds such a token
    /// mints another.
    static func addTokenSignature(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE token ADD COLUMN signature BLOB CHECK (signature IS NULL OR length(signature) = 16);
                UPDATE token SET state = 2 WHERE state = 0;
                """)
    }
}
