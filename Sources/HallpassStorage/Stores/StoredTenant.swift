package import HallpassCore
package import HallpassCrypto

/// All that decisions about one tenant need, as of one moment.
package struct StoredTenant: Sendable {
    package internal(set) var registry: TenantRegistry
    package internal(set) var rootKeys: [SealedKeyRow] = []
    /// By version, without those that nothing is sealed under any more.
    package internal(set) var dataKeys: [SealedKeyRow] = []
    /// Without the retired ones.
    package internal(set) var signingKeys: [SigningKeyRow] = []
    package internal(set) var secrets: [ClientSecretRow] = []
    /// Without those that no token can be old enough for.
    package internal(set) var cutoffs: [RevocationCutoff] = []
    package internal(set) var disabled: [DisabledThing] = []
    package internal(set) var quarantined: [QuarantinedTool] = []
}

/// One of a tenant's own keys, sealed: the root that its signing keys are derived from, or the key its data is sealed with.
package struct SealedKeyRow: Hashable, Sendable {
    package let tenant: TenantID
    package let version: Int64
    /// Never in the clear; storage does not look inside.
    package let sealed: [UInt8]
    /// Unix seconds.
    package let createdAt: Int64

    package init(tenant: TenantID, version: Int64, sealed: [UInt8], createdAt: Int64) {
        self.tenant = tenant
        self.version = version
        self.sealed = sealed
        self.createdAt = createdAt
    }
}

/// Which key signs for a deployment; the key itself is derived, not stored.
package struct SigningKeyRow: Hashable, Sendable {
    package let tenant: TenantID
    package let id: KeyID
    package let deployment: DeploymentID
    package let rootVersion: Int64
    package internal(set) var state: SigningKey.State
    /// Unix seconds; 0 for a key from before this was kept.
    package let createdAt: Int64
    /// Tokens it signed have higher mint sequences; the few that were being minted as it came may have its predecessor's.
    package let firstSequence: Int64
    /// Tokens it signed have mint sequences up to about this one; `nil` while it signs.
    package internal(set) var lastSequence: Int64?
    /// Unix seconds; `nil` while it signs.
    package internal(set) var retiresAt: Int64?
    /// Unix seconds; for a key that somebody declared to be in other hands.
    package internal(set) var compromisedAt: Int64?

    /// A key that signs from now on.
    package init(
        tenant: TenantID, id: KeyID, deployment: DeploymentID, rootVersion: Int64, createdAt: Int64,
        firstSequence: Int64
    ) {
        self.tenant = tenant
        self.id = id
        self.deployment = deployment
        self.rootVersion = rootVersion
        self.createdAt = createdAt
        self.firstSequence = firstSequence
        state = .active
    }
}

/// A client secret as stored: by its SHA-256.
package struct ClientSecretRow: Hashable, Sendable {
    package let tenant: TenantID
    package let client: ClientID
    package let digest: SHA256Digest
    /// Unix seconds.
    package let createdAt: Int64
    /// Unix seconds; good up to, not at, this moment.
    package let expiresAt: Int64?
    /// Unix seconds; `nil` where it was never used, or not long enough ago to be on disk.
    package var lastUsedAt: Int64?

    package init(
        tenant: TenantID, client: ClientID, digest: SHA256Digest, createdAt: Int64, expiresAt: Int64?,
        lastUsedAt: Int64? = nil
    ) {
        self.tenant = tenant
        self.client = client
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }
}

/// That a secret was seen.
package struct SecretUse: Hashable, Sendable {
    package let tenant: TenantID
    package let client: ClientID
    package let digest: SHA256Digest
    /// Unix seconds.
    package let lastUsedAt: Int64

    package init(tenant: TenantID, client: ClientID, digest: SHA256Digest, lastUsedAt: Int64) {
        self.tenant = tenant
        self.client = client
        self.digest = digest
        self.lastUsedAt = lastUsedAt
    }
}

/// One accepted change of a registry, to be made whole or not at all.
package struct RegistryCommit: Sendable {
    package let tenant: TenantID
    /// What the registry was when the change was thought out; 0 for a tenant to be created.
    package let expectedRevision: Int64
    package let changes: [RegistryChange]
    package let author: String
    package let summary: String
    package let timeMilliseconds: Int64
    package let keys: [SigningKeyRow]
    package let secrets: [ClientSecretRow]
    /// Quarantines that the change takes the ground from.
    package let released: [QuarantinedTool]
    /// For a tenant to be created.
    package let rootKey: SealedKeyRow?
    /// For a tenant to be created.
    package let dataKey: SealedKeyRow?
    /// Makes the records of it, given the revision it became. May run again if the transaction has to be repeated.
    package let audit: @Sendable (Int64) -> [AuditEntry]

    package init(
        tenant: TenantID, expectedRevision: Int64, changes: [RegistryChange], author: String, summary: String,
        timeMilliseconds: Int64, keys: [SigningKeyRow] = [], secrets: [ClientSecretRow] = [],
        released: [QuarantinedTool] = [], rootKey: SealedKeyRow? = nil, dataKey: SealedKeyRow? = nil,
        audit: @escaping @Sendable (Int64) -> [AuditEntry]
    ) {
        self.tenant = tenant
        self.expectedRevision = expectedRevision
        self.changes = changes
        self.author = author
        self.summary = summary
        self.timeMilliseconds = timeMilliseconds
        self.keys = keys
        self.secrets = secrets
        self.released = released
        self.rootKey = rootKey
        self.dataKey = dataKey
        self.audit = audit
    }
}

/// One line of a registry's history.
package struct RevisionSummary: Hashable, Sendable {
    package let number: Int64
    package let timeMilliseconds: Int64
    package let author: String
    package let summary: String
    /// How many resources it added, changed or removed.
    package let changeCount: Int64
}
