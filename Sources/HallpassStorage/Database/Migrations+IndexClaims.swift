import GRDB

extension Migrations {
    /// Version 21: the index of idempotency keys is a table, so that the ledger chooses when it writes to it.
    static func indexClaims(_ db: Database) throws {
        try db.execute(sql: claimTable)
        try db.execute(sql: claimTriggers)
        try db.execute(sql: indexedTo)
    }

    /// `claim` is the first eight bytes of the call's: the call itself says whether it is the one that is looked for.
    private static let claimTable = """
        DROP INDEX call_claim;
        CREATE TABLE call_claim (
            tenant_id TEXT NOT NULL,
            claim BLOB NOT NULL CHECK (length(claim) = 8),
            sequence INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, claim, sequence)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO call_claim
            SELECT tenant_id, substr(claim, 1, 8), sequence FROM call WHERE claim IS NOT NULL ORDER BY 1, 2, 3;
        """

    /// No entry outlives its call's hold on the key, whoever ends it.
    private static let claimTriggers = """
        CREATE TRIGGER call_claim_of_removed_call AFTER DELETE ON call WHEN OLD.claim IS NOT NULL
        BEGIN
            DELETE FROM call_claim
            WHERE tenant_id = OLD.tenant_id AND claim = substr(OLD.claim, 1, 8) AND sequence = OLD.sequence;
        END;
        CREATE TRIGGER call_claim_of_released_key AFTER UPDATE OF claim ON call WHEN OLD.claim IS NOT NULL
        BEGIN
            DELETE FROM call_claim
            WHERE tenant_id = OLD.tenant_id AND claim = substr(OLD.claim, 1, 8) AND sequence = OLD.sequence;
        END;
        """

    /// Every key that a call up to this number holds is in the index.
    private static let indexedTo = """
        ALTER TABLE ledger_state ADD COLUMN claims_indexed_to INTEGER NOT NULL DEFAULT 0;
        UPDATE ledger_state SET claims_indexed_to = coalesce((SELECT max(sequence) FROM call), 0);
        """
}
