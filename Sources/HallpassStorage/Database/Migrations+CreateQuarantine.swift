import GRDB

extension Migrations {
    /// Version 11: tools whose servers were seen with another definition than the registered one.
    static func createQuarantine(_ db: Database) throws {
        try db.execute(
            sql: """
                -- `observed` is `{"name","description"?,"input_schema"?}`. It names the tool and does not refer to it: a
                -- connector's tools are written anew with each change of the connector.
                CREATE TABLE tool_quarantine (
                    tenant_id TEXT NOT NULL,
                    connector_id TEXT NOT NULL,
                    tool TEXT NOT NULL CHECK (length(tool) BETWEEN 1 AND 128),
                    observed TEXT NOT NULL CHECK (json_valid(observed) AND json_type(observed) = 'object'),
                    observed_at INTEGER NOT NULL,
                    reported_by TEXT NOT NULL,
                    settled_at INTEGER,
                    PRIMARY KEY (tenant_id, connector_id, tool),
                    FOREIGN KEY (tenant_id, connector_id) REFERENCES connector ON DELETE CASCADE
                ) STRICT, WITHOUT ROWID
                """)
    }
}
