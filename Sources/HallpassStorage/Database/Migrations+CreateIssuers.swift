import GRDB

extension Migrations {
    /// Identity providers. A tenant has at most one for each `iss`, because a token says by that alone whose it is.
    static func createIssuers(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE issuer (
                    tenant_id TEXT NOT NULL REFERENCES tenant,
                    issuer_id TEXT NOT NULL CHECK (length(issuer_id) BETWEEN 1 AND 64),
                    url TEXT NOT NULL CHECK (length(url) BETWEEN 1 AND 512),
                    document TEXT NOT NULL CHECK (json_valid(document) AND json_type(document) = 'object'),
                    PRIMARY KEY (tenant_id, issuer_id),
                    UNIQUE (tenant_id, url)
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
