import GRDB

extension Migrations {
    /// Version 5: calls that wait for a person, what tools, deployments and tokens say of that.
    static func createApprovals(_ db: Database) throws {
        try db.execute(sql: approvalTable)
        try db.execute(sql: approvalColumns)
    }

    /// An approval's `sequence` is drawn from the numbers of tokens. `call_digest` is the SHA-256 of everything it binds, and
    /// `stands` says that the same call asked again finds this one.
    private static let approvalTable = """
        CREATE TABLE approval (
            tenant_id TEXT NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            nonce BLOB NOT NULL CHECK (length(nonce) = 8),
            call_digest BLOB NOT NULL CHECK (length(call_digest) = 32),
            client_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            act TEXT NOT NULL CHECK (json_valid(act) AND json_type(act) = 'object'),
            connector_id TEXT NOT NULL,
            environment_id TEXT NOT NULL,
            tool TEXT NOT NULL,
            arguments_digest BLOB NOT NULL CHECK (length(arguments_digest) = 32),
            arguments BLOB NOT NULL,
            cause_code TEXT NOT NULL,
            cause_message TEXT NOT NULL,
            requested_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL CHECK (expires_at > requested_at),
            verdict TEXT CHECK (verdict IS NULL OR verdict = 'approved' OR verdict = 'rejected'),
            author TEXT CHECK ((author IS NULL) = (verdict IS NULL)),
            reason TEXT CHECK ((reason IS NULL) = (verdict IS NULL)),
            decided_at INTEGER CHECK ((decided_at IS NULL) = (verdict IS NULL)),
            is_used INTEGER NOT NULL CHECK (is_used IN (0, 1)),
            stands INTEGER NOT NULL CHECK (stands IN (0, 1)),
            PRIMARY KEY (tenant_id, sequence),
            CHECK (is_used = 0 OR (verdict = 'approved' AND stands = 0))
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX approval_call ON approval (tenant_id, call_digest) WHERE stands = 1;
        CREATE INDEX approval_pending ON approval (tenant_id, subject) WHERE verdict IS NULL;
        """

    /// `token.approval` is the number of the approval that a token was minted on.
    private static let approvalColumns = """
        ALTER TABLE token ADD COLUMN approval INTEGER;
        ALTER TABLE tool ADD COLUMN needs_approval INTEGER NOT NULL DEFAULT 0 CHECK (needs_approval IN (0, 1));
        ALTER TABLE deployment ADD COLUMN approval_tools TEXT NOT NULL DEFAULT '[]'
            CHECK (json_valid(approval_tools) AND json_type(approval_tools) = 'array');
        ALTER TABLE deployment ADD COLUMN approval_lifetime_seconds INTEGER NOT NULL DEFAULT 3600
            CHECK (approval_lifetime_seconds BETWEEN 60 AND 604800);
        """
}
