import GRDB

extension Migrations {
    /// Version 14: how far the audit has been copied to each place an operator named, and what keeps it from getting there.
    /// Trouble is the process's, not a tenant's, so its table has no tenant.
    static func createAuditExport(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE audit_export (
                    tenant_id TEXT NOT NULL,
                    destination TEXT NOT NULL,
                    sequence INTEGER NOT NULL CHECK (sequence >= 1),
                    PRIMARY KEY (tenant_id, destination)
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE audit_export_trouble (
                    destination TEXT NOT NULL PRIMARY KEY,
                    reason TEXT NOT NULL,
                    since INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
