import GRDB

extension Migrations {
    /// Version 19: tenants that were deleted, and what their checkpoints are still checked with once the keys that signed them
    /// are destroyed. `erased_at` is when nothing was left of them but their audit.
    static func createTenantDeletion(_ db: Database) throws {
        try db.execute(sql: deletionTables)
        try db.execute(sql: nameTrigger)
    }

    private static let deletionTables = """
        CREATE TABLE deleted_tenant (
            tenant_id TEXT NOT NULL PRIMARY KEY CHECK (length(tenant_id) BETWEEN 1 AND 64 AND tenant_id != 'platform'),
            deleted_at INTEGER NOT NULL,
            author TEXT NOT NULL,
            reason TEXT NOT NULL,
            erased_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE deleted_tenant_audit_key (
            tenant_id TEXT NOT NULL REFERENCES deleted_tenant,
            version INTEGER NOT NULL CHECK (version >= 1),
            public_key BLOB NOT NULL CHECK (length(public_key) = 32),
            PRIMARY KEY (tenant_id, version)
        ) STRICT, WITHOUT ROWID;
        """

    private static let nameTrigger = """
        CREATE TRIGGER tenant_name_is_given_once BEFORE INSERT ON tenant
        WHEN EXISTS (SELECT 1 FROM deleted_tenant WHERE tenant_id = NEW.tenant_id)
        BEGIN
            SELECT RAISE(ABORT, 'the tenant was deleted');
        END;
        """
}
