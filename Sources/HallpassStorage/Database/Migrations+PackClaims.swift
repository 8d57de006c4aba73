import GRDB

extension Migrations {
    /// Version 23: the index of idempotency keys is written in runs, many keys in a row, and no call's end changes it.
    static func packClaims(_ db: Database) throws {
        try db.execute(sql: claimPages)
        try db.execute(sql: claimState)
    }

    /// `claim` is the first key of `entries`: sixteen bytes for each, the first eight of its digest and the number of its call, both
    /// with the highest byte first, in the order of the keys. A run's pages end together, and each says how many keys all of them have.
    private static let claimPages = """
        DROP TRIGGER call_claim_of_removed_call;
        DROP TRIGGER call_claim_of_released_key;
        DROP TABLE call_claim;
        CREATE TABLE claim_page (
            tenant_id TEXT NOT NULL,
            run INTEGER NOT NULL CHECK (run >= 1),
            claim BLOB NOT NULL CHECK (length(claim) = 8),
            run_expires_at INTEGER NOT NULL,
            run_keys INTEGER NOT NULL CHECK (run_keys >= 1),
            entries BLOB NOT NULL CHECK (length(entries) > 0 AND length(entries) % 16 = 0),
            PRIMARY KEY (tenant_id, run, claim)
        ) STRICT;
        CREATE INDEX claim_page_expiry ON claim_page (run_expires_at);
        """

    /// `claims_run` is the last run that is whole; pages of a later one are of one that is being written, or of a process
    /// that ended before it was. The first start finds all keys in the calls' own rows.
    private static let claimState = """
        ALTER TABLE ledger_state ADD COLUMN claims_run INTEGER NOT NULL DEFAULT 0;
        UPDATE ledger_state SET claims_indexed_to = 0;
        """
}
