import GRDB

extension Migrations {
    /// Version 10: cutoffs in every dimension of the protocol, what tokens must remember to be counted by them, and switches.
    static func createSwitches(_ db: Database) throws {
        try db.execute(sql: widerRevocations)
        try db.execute(sql: tokenColumns)
        try db.execute(sql: switchTable)
    }

    /// A CHECK cannot be changed in place.
    private static let widerRevocations = """
        CREATE TABLE wider_revocation (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            cutoff INTEGER NOT NULL CHECK (cutoff >= 1),
            dimension TEXT NOT NULL CHECK (dimension IN (
                'token', 'txn', 'actor', 'agent', 'client', 'connector', 'environment', 'deployment', 'key', 'tenant')),
            id TEXT NOT NULL CHECK (length(id) >= 1),
            author TEXT NOT NULL,
            reason TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, cutoff)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO wider_revocation (tenant_id, cutoff, dimension, id, author, reason, created_at)
            SELECT tenant_id, cutoff, dimension, id, author, reason, created_at FROM revocation;
        DROP TABLE revocation;
        ALTER TABLE wider_revocation RENAME TO revocation;
        """

    /// `agents` is NULL where the client acts itself, `txn` where there is none: a plain token's row grows by two bytes.
    private static let tokenColumns = """
        ALTER TABLE token ADD COLUMN txn TEXT;
        ALTER TABLE token ADD COLUMN agents TEXT CHECK (
            agents IS NULL OR (json_valid(agents) AND json_type(agents) = 'array'));
        """

    private static let switchTable = """
        CREATE TABLE disabled_thing (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            kind TEXT NOT NULL CHECK (kind IN (
                'tenant', 'environment', 'connector', 'deployment', 'client', 'actor', 'tool')),
            id TEXT NOT NULL CHECK (length(id) >= 1),
            author TEXT NOT NULL,
            reason TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, kind, id)
        ) STRICT, WITHOUT ROWID;
        """
}
