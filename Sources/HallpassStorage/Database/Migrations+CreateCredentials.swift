import GRDB

extension Migrations {
    /// Upstream credentials, and what a call needs for one to be given: whose token it was let through with, and its scopes.
    static func createCredentials(_ db: Database) throws {
        try db.execute(sql: credentialTable)
        try db.execute(sql: callColumns)
    }

    /// A credential outlives its deployment, so that it can still be revoked: it names, but does not refer.
    private static let credentialTable = """
        CREATE TABLE upstream_credential (
            tenant_id TEXT NOT NULL REFERENCES tenant,
            credential_id TEXT NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 64),
            connector_id TEXT NOT NULL,
            environment_id TEXT NOT NULL,
            subject TEXT CHECK (subject IS NULL OR length(subject) >= 1),
            kind TEXT NOT NULL CHECK (kind IN ('api_key', 'oauth_client_credentials', 'oauth_refresh_token')),
            authorization TEXT CHECK ((authorization IS NULL) = (kind = 'api_key')
                AND (authorization IS NULL OR (json_valid(authorization) AND json_type(authorization) = 'object'))),
            version INTEGER NOT NULL CHECK (version >= 1),
            refresh_count INTEGER NOT NULL CHECK (refresh_count >= 0),
            sealed BLOB CHECK (sealed IS NOT NULL OR state = 'revoked'),
            state TEXT NOT NULL CHECK (state IN ('active', 'disabled', 'revoked')),
            provider_revocation TEXT CHECK ((provider_revocation IS NOT NULL) = (state = 'revoked')
                AND (provider_revocation IS NULL OR provider_revocation IN ('pending', 'done', 'failed', 'not_possible'))),
            failure TEXT,
            failed_at INTEGER CHECK ((failed_at IS NULL) = (failure IS NULL)),
            created_at INTEGER NOT NULL,
            rotated_at INTEGER NOT NULL,
            last_issued_at INTEGER,
            PRIMARY KEY (tenant_id, credential_id)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX upstream_credential_holder
            ON upstream_credential (tenant_id, connector_id, environment_id, coalesce(subject, ''))
            WHERE state != 'revoked';
        """

    /// Without a token, for a call from before: no credential is given for it.
    private static let callColumns = """
        ALTER TABLE call ADD COLUMN token_sequence INTEGER;
        ALTER TABLE call ADD COLUMN scope TEXT;
        ALTER TABLE call ADD COLUMN credential_digest BLOB
            CHECK (credential_digest IS NULL OR length(credential_digest) = 32);
        """
}
