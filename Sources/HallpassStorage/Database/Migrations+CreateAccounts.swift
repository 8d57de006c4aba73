import GRDB

extension Migrations {
    /// The people who use the admin API, their sessions and their one-time links.
    static func createAccounts(_ db: Database) throws {
        try db.execute(sql: accountTables)
    }

    /// What opens a session or sets a password is kept by its SHA-256. The link that makes an instance's first account names
    /// nobody.
    private static let accountTables = """
        CREATE TABLE account (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            username TEXT NOT NULL CHECK (length(username) BETWEEN 1 AND 64),
            roles TEXT NOT NULL CHECK (json_valid(roles) AND json_type(roles) = 'array' AND roles != '[]'),
            subject TEXT CHECK (subject IS NULL OR length(subject) >= 1),
            display_name TEXT,
            password TEXT CHECK (password IS NULL OR password LIKE '$scrypt$%'),
            created_at INTEGER NOT NULL,
            password_changed_at INTEGER CHECK ((password_changed_at IS NULL) = (password IS NULL)),
            PRIMARY KEY (tenant_id, username)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE admin_session (
            tenant_id TEXT NOT NULL,
            username TEXT NOT NULL,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            created_at INTEGER NOT NULL,
            last_used_at INTEGER NOT NULL CHECK (last_used_at >= created_at),
            address TEXT,
            user_agent TEXT,
            PRIMARY KEY (tenant_id, username, digest),
            FOREIGN KEY (tenant_id, username) REFERENCES account ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE invitation (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            username TEXT,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, digest),
            UNIQUE (tenant_id, username),
            FOREIGN KEY (tenant_id, username) REFERENCES account ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        """
}
