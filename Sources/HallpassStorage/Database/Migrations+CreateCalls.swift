import GRDB

extension Migrations {
    /// Version 2: calls with their idempotency keys and outcomes, the tenants' data keys, constraints and what deployments
    /// say about keys and leases.
    static func createCalls(_ db: Database) throws {
        try db.execute(sql: callTables)
        try db.execute(sql: registryColumns)
    }

    /// A call's `sequence` is drawn from the numbers of tokens; `claim` is the SHA-256 of what a key is unique within and of
    /// the key itself, so that neither the keys nor their lengths are kept.
    private static let callTables = """
        CREATE TABLE call (
            tenant_id TEXT NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            nonce BLOB NOT NULL CHECK (length(nonce) = 8),
            client_id TEXT NOT NULL,
            claim BLOB CHECK (claim IS NULL OR length(claim) = 32),
            arguments_digest BLOB NOT NULL CHECK (length(arguments_digest) = 32),
            lease_expires_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL CHECK (expires_at >= lease_expires_at),
            outcome_digest BLOB CHECK (outcome_digest IS NULL OR length(outcome_digest) = 32),
            outcome BLOB CHECK (outcome IS NULL OR outcome_digest IS NOT NULL),
            PRIMARY KEY (tenant_id, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX call_claim ON call (tenant_id, claim) WHERE claim IS NOT NULL;

        CREATE TABLE data_key (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            version INTEGER NOT NULL CHECK (version >= 1),
            sealed BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, version)
        ) STRICT, WITHOUT ROWID;
        """

    private static let registryColumns = """
        ALTER TABLE tool ADD COLUMN is_idempotent INTEGER NOT NULL DEFAULT 0 CHECK (is_idempotent IN (0, 1));
        ALTER TABLE deployment ADD COLUMN constraints TEXT NOT NULL DEFAULT '[]'
            CHECK (json_valid(constraints) AND json_type(constraints) = 'array');
        ALTER TABLE deployment ADD COLUMN key_retention_seconds INTEGER NOT NULL DEFAULT 86400
            CHECK (key_retention_seconds BETWEEN 3600 AND 2592000);
        ALTER TABLE deployment ADD COLUMN lease_seconds INTEGER NOT NULL DEFAULT 300
            CHECK (lease_seconds BETWEEN 1 AND 3600);
        ALTER TABLE access_grant ADD COLUMN constraints TEXT NOT NULL DEFAULT '[]'
            CHECK (json_valid(constraints) AND json_type(constraints) = 'array');
        """
}
