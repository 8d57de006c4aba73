import GRDB

extension Migrations {
    /// Version 1. Times are Unix seconds unless the column says `_ms`; lists are JSON arrays of strings, sorted.
    static func createSchema(_ db: Database) throws {
        try db.execute(sql: "PRAGMA application_id = \(HallpassDatabase.applicationID)")
        for tables in [tenantTables, registryTables, credentialTables, historyTables, ledgerTables] {
            try db.execute(sql: tables)
        }
    }

    private static let tenantTables = """
        CREATE TABLE tenant (
            tenant_id TEXT NOT NULL PRIMARY KEY CHECK (length(tenant_id) BETWEEN 1 AND 64),
            display_name TEXT,
            revision INTEGER NOT NULL CHECK (revision >= 1)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE environment (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            environment_id TEXT NOT NULL CHECK (length(environment_id) BETWEEN 1 AND 64),
            is_protected INTEGER NOT NULL CHECK (is_protected IN (0, 1)),
            description TEXT,
            PRIMARY KEY (tenant_id, environment_id)
        ) STRICT, WITHOUT ROWID;
        """

    private static let registryTables = """
        CREATE TABLE connector (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            connector_id TEXT NOT NULL CHECK (length(connector_id) BETWEEN 1 AND 64),
            resource TEXT NOT NULL CHECK (length(resource) BETWEEN 1 AND 512),
            owner TEXT,
            description TEXT,
            PRIMARY KEY (tenant_id, connector_id),
            UNIQUE (tenant_id, resource)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE tool (
            tenant_id TEXT NOT NULL,
            connector_id TEXT NOT NULL,
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
            position INTEGER NOT NULL CHECK (position >= 0),
            description TEXT,
            effect TEXT NOT NULL CHECK (effect IN ('read', 'write', 'destructive')),
            scopes TEXT NOT NULL CHECK (json_valid(scopes) AND json_type(scopes) = 'array'),
            input_schema TEXT CHECK (input_schema IS NULL OR json_valid(input_schema)),
            PRIMARY KEY (tenant_id, connector_id, name),
            FOREIGN KEY (tenant_id, connector_id) REFERENCES connector ON DELETE CASCADE
        ) STRICT;

        CREATE TABLE deployment (
            tenant_id TEXT NOT NULL,
            connector_id TEXT NOT NULL,
            environment_id TEXT NOT NULL,
            auth_mode TEXT NOT NULL CHECK (auth_mode IN ('oauth', 'api_key', 'none')),
            scopes TEXT NOT NULL CHECK (json_valid(scopes) AND json_type(scopes) = 'array'),
            session_scopes TEXT NOT NULL CHECK (json_valid(session_scopes) AND json_type(session_scopes) = 'array'),
            token_lifetime_seconds INTEGER NOT NULL CHECK (token_lifetime_seconds BETWEEN 1 AND 3600),
            allowed_tools TEXT CHECK (
                allowed_tools IS NULL OR (json_valid(allowed_tools) AND json_type(allowed_tools) = 'array')),
            PRIMARY KEY (tenant_id, connector_id, environment_id),
            FOREIGN KEY (tenant_id, connector_id) REFERENCES connector,
            FOREIGN KEY (tenant_id, environment_id) REFERENCES environment
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deployment_environment ON deployment (tenant_id, environment_id);

        CREATE TABLE access_grant (
            tenant_id TEXT NOT NULL,
            grant_id TEXT NOT NULL CHECK (length(grant_id) BETWEEN 1 AND 64),
            subject TEXT NOT NULL CHECK (subject LIKE 'user:_%' OR subject LIKE 'group:_%'),
            connector_id TEXT NOT NULL,
            environment_id TEXT NOT NULL,
            scopes TEXT NOT NULL CHECK (json_valid(scopes) AND json_type(scopes) = 'array'),
            tools TEXT CHECK (tools IS NULL OR (json_valid(tools) AND json_type(tools) = 'array')),
            expires_at INTEGER,
            PRIMARY KEY (tenant_id, grant_id),
            FOREIGN KEY (tenant_id, connector_id, environment_id) REFERENCES deployment
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX access_grant_deployment ON access_grant (tenant_id, connector_id, environment_id);

        CREATE TABLE client (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            client_id TEXT NOT NULL CHECK (length(client_id) BETWEEN 1 AND 64),
            kind TEXT NOT NULL CHECK (kind IN ('gateway', 'mcp_server', 'automation')),
            asserts_actors INTEGER NOT NULL CHECK (asserts_actors IN (0, 1)),
            roles TEXT NOT NULL CHECK (json_valid(roles) AND json_type(roles) = 'array'),
            description TEXT,
            PRIMARY KEY (tenant_id, client_id),
            CHECK (kind = 'gateway' OR asserts_actors = 0),
            CHECK (kind = 'automation' OR roles = '[]')
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE client_deployment (
            tenant_id TEXT NOT NULL,
            client_id TEXT NOT NULL,
            connector_id TEXT NOT NULL,
            environment_id TEXT NOT NULL,
            PRIMARY KEY (tenant_id, client_id, connector_id, environment_id),
            FOREIGN KEY (tenant_id, client_id) REFERENCES client ON DELETE CASCADE,
            FOREIGN KEY (tenant_id, connector_id, environment_id) REFERENCES deployment
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX client_deployment_deployment
            ON client_deployment (tenant_id, connector_id, environment_id);
        """

    private static let credentialTables = """
        CREATE TABLE client_secret (
            tenant_id TEXT NOT NULL,
            client_id TEXT NOT NULL,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            PRIMARY KEY (tenant_id, client_id, digest),
            FOREIGN KEY (tenant_id, client_id) REFERENCES client ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE root_key (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            version INTEGER NOT NULL CHECK (version >= 1),
            sealed BLOB NOT NULL CHECK (length(sealed) BETWEEN 1 AND 1024),
            created_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, version)
        ) STRICT, WITHOUT ROWID;

        -- A key outlives its deployment, so that nothing it signed can be mistaken for a forgery: it names, but does not refer.
        CREATE TABLE signing_key (
            tenant_id TEXT NOT NULL,
            key_id BLOB NOT NULL UNIQUE CHECK (length(key_id) = 16),
            connector_id TEXT NOT NULL,
            environment_id TEXT NOT NULL,
            root_version INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('active', 'verify_only', 'retired')),
            PRIMARY KEY (tenant_id, key_id),
            FOREIGN KEY (tenant_id, root_version) REFERENCES root_key
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX signing_key_active
            ON signing_key (tenant_id, connector_id, environment_id) WHERE state = 'active';
        """

    private static let historyTables = """
        CREATE TABLE revision (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            number INTEGER NOT NULL CHECK (number >= 1),
            time_ms INTEGER NOT NULL,
            author TEXT NOT NULL,
            summary TEXT NOT NULL,
            PRIMARY KEY (tenant_id, number)
        ) STRICT, WITHOUT ROWID;

        -- `document` is what the resource became; NULL where it was removed.
        CREATE TABLE registry_change (
            tenant_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            revision INTEGER NOT NULL,
            document TEXT CHECK (document IS NULL OR (json_valid(document) AND json_type(document) = 'object')),
            PRIMARY KEY (tenant_id, kind, name, revision),
            FOREIGN KEY (tenant_id, revision) REFERENCES revision
        ) STRICT;
        CREATE INDEX registry_change_revision ON registry_change (tenant_id, revision);

        CREATE TABLE revocation (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            cutoff INTEGER NOT NULL CHECK (cutoff >= 1),
            dimension TEXT NOT NULL CHECK (dimension IN ('actor', 'client', 'connector')),
            id TEXT NOT NULL CHECK (length(id) >= 1),
            author TEXT NOT NULL,
            reason TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, cutoff)
        ) STRICT, WITHOUT ROWID;
        """

    // The two tables that every call writes to refer to nothing: looking the parent up was measured at a tenth of an insert,
    // their rows outlive what they name, and the ledger writes them for tenants it was given by decisions, not by callers.
    // Ranges are BETWEEN here: for IN with three values SQLite makes and drops a table each time, 6 of a use's 18 µs.
    private static let ledgerTables = """
        CREATE TABLE token (
            tenant_id TEXT NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            token_id BLOB NOT NULL CHECK (length(token_id) = 16),
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),      -- call, session
            state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),    -- issued, used, revoked
            expires_at INTEGER NOT NULL,
            connector_id TEXT NOT NULL,
            environment_id TEXT NOT NULL,
            client_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            groups TEXT CHECK (groups IS NULL OR (json_valid(groups) AND json_type(groups) = 'array')),
            PRIMARY KEY (tenant_id, sequence),
            CHECK (kind = 0 OR state != 1)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit_record (
            tenant_id TEXT NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            time_ms INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            record TEXT NOT NULL,
            PRIMARY KEY (tenant_id, sequence)
        ) STRICT, WITHOUT ROWID;

        -- One row. `last_sequence` holds the mint sequence where rows that held it were swept away.
        CREATE TABLE ledger_state (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            last_sequence INTEGER NOT NULL CHECK (last_sequence >= 0)
        ) STRICT;
        INSERT INTO ledger_state (id, last_sequence) VALUES (1, 0);
        """
}
