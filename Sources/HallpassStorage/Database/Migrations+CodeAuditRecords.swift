import GRDB

extension Migrations {
    /// Version 17: audit records as ``AuditRecordCoding`` writes them. Those that are there stay the JSON that they are.
    static func codeAuditRecords(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE coded_audit_record (
                    tenant_id TEXT NOT NULL,
                    sequence INTEGER NOT NULL CHECK (sequence >= 1),
                    time_ms INTEGER NOT NULL,
                    hash BLOB NOT NULL CHECK (length(hash) = 32),
                    record BLOB NOT NULL,
                    PRIMARY KEY (tenant_id, sequence)
                ) STRICT, WITHOUT ROWID;
                INSERT INTO coded_audit_record (tenant_id, sequence, time_ms, hash, record)
                    SELECT tenant_id, sequence, time_ms, hash, CAST(record AS BLOB) FROM audit_record;
                DROP TABLE audit_record;
                ALTER TABLE coded_audit_record RENAME TO audit_record;
                """)
    }
}
