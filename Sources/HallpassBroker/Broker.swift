package import HallpassCore
package import HallpassCrypto
package import HallpassStorage
import Synchronization

/// The use cases. Each either returns an answer whose audit record is on disk, or throws before anything was recorded: what
/// was thrown is recorded once, at the edge, with ``record(_:_:by:_:)``.
package final class Broker: Sendable {
    package let settings: BrokerSettings
    let database: HallpassDatabase
    let ledger: Ledger
    let registryStore: RegistryStore
    let auditStore: AuditStore
    let activityCounts: ActivityCounts
    let approvalStore: ApprovalStore
    let accountStore: AccountStore
    let checkpointStore: CheckpointStore
    let exportStore: ExportStore
    let trimStore: TrimStore
    let credentialStore: CredentialStore
    let deletionStore: TenantDeletionStore
    /// `nil` where the key encryption key does not change.
    let custody: KeyCustody?
    package let clock: Clock
    let publishedKeys: PublishedKeys
    let upstream: UpstreamClient
    let accessTokens: AccessTokens
    let gate = ChangeGate()
    let feed = RevocationFeed()
    let activityPlaces = Places(
        inAll: Limits.activityFollowers, perTenant: Limits.activityFollowersPerTenant,
        perCaller: Limits.activityFollowersPerCaller)
    let toolServers: ToolServers
    let toolFetches = Places(
        inAll: Limits.toolFetches, perTenant: Limits.toolFetchesPerTenant, perCaller: Limits.toolFetchesPerTenant)
    let rateLimiter = RateLimiter()
    /// Lets one change of people's accounts and sessions through at a time.
    let accountGate = ChangeGate()
    let directory = AccountDirectory()
    let signInThrottle = SignInThrottle()
    let passwords: PasswordWork
    /// Stands in wherever there is no key, so that none costs what a wrong one does.
    let decoyKey: HMACSHA256Key
    private let published = Mutex(RegistrySnapshot())
    /// Of callers that nobody knows.
    let refusalTally = Mutex(RefusalTally())
    /// Last checkpoints of deleted tenants, for ``checkpointAudit()`` to hand out.
    let lastCheckpoints = Mutex<[SignedCheckpoint]>([])
    private let sealing: Mutex<TenantKeys>
    private let hasLoaded = Atomic(false)

    package init(
        settings: BrokerSettings, database: HallpassDatabase, ledger: Ledger, tenantKeys: TenantKeys,
        keySets: KeySetSource, custody: KeyCustody? = nil, clock: Clock = .system,
        upstream: UpstreamClient = UpstreamClient(), toolServers: ToolServers = ToolServers()
    ) throws {
        self.settings = settings
        self.database = database
        self.ledger = ledger
        sealing = Mutex(tenantKeys)
        self.custody = custody
        self.clock = clock
        publishedKeys = PublishedKeys(source: keySets, clock: clock, report: settings.alarm)
        registryStore = RegistryStore(database: database, ledger: ledger)
        auditStore = AuditStore(database: database)
        activityCounts = ActivityCounts(store: auditStore, clock: clock)
        approvalStore = ApprovalStore(database: database)
        accountStore = AccountStore(database: database, ledger: ledger)
        passwords = try PasswordWork(cost: settings.passwordCost)
        checkpointStore = CheckpointStore(database: database, ledger: ledger)
        exportStore = ExportStore(database: database, ledger: ledger)
        trimStore = TrimStore(database: database, ledger: ledger)
        credentialStore = CredentialStore(database: database, ledger: ledger)
        deletionStore = TenantDeletionStore(database: database, ledger: ledger)
        self.upstream = upstream
        self.toolServers = toolServers
        accessTokens = AccessTokens { clock.nowSeconds }
        decoyKey = try HMACSHA256Key(SecretBytes.random(count: 32))
    }

    /// This moment's registry, keys and revocations.
    package var snapshot: RegistrySnapshot { published.withLock { $0 } }

    /// What tenants' keys are sealed and opened with now.
    var tenantKeys: TenantKeys { sealing.withLock { $0 } }

    func use(_ keys: TenantKeys) { sealing.withLock { $0 = keys } }

    func publish(_ change: (RegistrySnapshot) -> RegistrySnapshot) {
        published.withLock { $0 = change($0) }
    }

    /// Shows a tenant with its cutoffs and switches changed to all that follows. To be called inside ``gate``.
    func publishTenant(_ id: TenantID, _ change: (TenantSnapshot) -> TenantSnapshot) {
        publish { snapshot in snapshot.tenants[id].map { snapshot.replacing(id, with: change($0)) } ?? snapshot }
    }

    /// Reads everything from the database; the broker answers nothing before this has returned. A copy of a database is cut
    /// off from its past first.
    ///
    /// - Throws: ``StartError`` when a root key does not open under this key file, and whatever storage throws.
    package func load() async throws {
        if let fence = try await database.restoreFence() { try await cutOffPast(fence) }
        let loaded = try await loadedTenants(registryStore.loadAll(nowSeconds: clock.nowSeconds))
        // All at once: a snapshot for each would copy all before it.
        let complete = RegistrySnapshot(loaded, deleted: try await deletionStore.all())
        publish { _ in complete }
        directory.load(try await accountStore.loadAll())
        hasLoaded.store(true, ordering: .releasing)
    }

    /// On every processor: the keys of 20,000 deployments take a quarter of a second on one.
    private func loadedTenants(_ stored: [StoredTenant]) async throws -> [RegistrySnapshot.LoadedTenant] {
        try await withThrowingTaskGroup(of: [RegistrySnapshot.LoadedTenant].self) { group in
            for start in stride(from: 0, to: stored.count, by: Self.tenantsPerTask) {
                group.addTask { [self] in
                    var loaded: [RegistrySnapshot.LoadedTenant] = []
                    for tenant in stored[start...].prefix(Self.tenantsPerTask) {
                        loaded.append(try await loadedTenant(try await withDataKey(tenant)))
                    }
                    return loaded
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private static let tenantsPerTask = 32

    package var isLoaded: Bool { hasLoaded.load(ordering: .acquiring) }

    /// Reads one tenant again and shows it to all that follows. To be called inside ``gate``.
    func reload(_ tenant: TenantID) async throws {
        guard let stored = try await registryStore.load(tenant, nowSeconds: clock.nowSeconds) else { return }
        let loaded = try await loadedTenant(stored)
        publish { $0.replacing(loaded) }
    }

    /// Tenants from before there were data keys get theirs.
    private func withDataKey(_ stored: StoredTenant) async throws -> StoredTenant {
        guard stored.dataKeys.isEmpty else { return stored }
        let tenant = stored.registry.tenant.id
        try await registryStore.addDataKey(
            tenantKeys.makeRow(.data, tenant: tenant, version: 1, createdAt: clock.nowSeconds))
        return try await registryStore.load(tenant, nowSeconds: clock.nowSeconds) ?? stored
    }

    private func vault(of stored: StoredTenant) throws -> TenantVault {
        let tenant = stored.registry.tenant.id
        guard !stored.dataKeys.isEmpty else { throw StartError.dataKeyDoesNotOpen(tenant) }
        do {
            let keys = try stored.dataKeys.reversed().map { try tenantKeys.open($0, as: .data) }
            return try TenantVault(tenant: tenant, dataKeys: keys)
        } catch {
            throw StartError.dataKeyDoesNotOpen(tenant)
        }
    }

    private func loadedTenant(_ stored: StoredTenant) async throws -> RegistrySnapshot.LoadedTenant {
        let tenant = stored.registry.tenant.id
        let snapshot = TenantSnapshot(
            registry: stored.registry, keys: try keyRing(of: stored), revocations: RevocationCutoffs(stored.cutoffs),
            issuerKeys: await issuerKeys(of: stored.registry), disabled: DisabledThings(stored.disabled),
            quarantine: Quarantine(stored.quarantined))
        let known = self.snapshot.secrets
        let holders = stored.secrets.map { row in
            RegistrySnapshot.SecretHolder(
                tenant: tenant, client: row.client, digest: row.digest, expiresAt: row.expiresAt,
                lastUse: known[row.digest]?.lastUse ?? SecretLastUse(stored: row.lastUsedAt))
        }
        let vault = try vault(of: stored)
        publishedKeys.keep(only: stored.registry.keySetURLs, of: tenant)
        return RegistrySnapshot.LoadedTenant(id: tenant, snapshot: snapshot, vault: vault, secrets: holders)
    }

    private func keyRing(of stored: StoredTenant) throws -> KeyRing {
        let tenant = stored.registry.tenant.id
        var roots: [Int64: SecretBytes] = [:]
        for row in stored.rootKeys {
            do {
                roots[row.version] = try tenantKeys.open(row, as: .root)
            } catch {
                throw StartError.rootKeyDoesNotOpen(tenant)
            }
        }
        var keys: [SigningKey] = []
        for row in stored.signingKeys {
            guard let root = roots[row.rootVersion] else { throw StartError.rootKeyDoesNotOpen(tenant) }
            for kind in TokenKind.allCases {
                keys.append(
                    try SigningKey(
                        id: row.id, kind: kind, tenant: tenant, deployment: row.deployment, state: row.state, root: root
                    ))
            }
        }
        return KeyRing(keys, decoy: decoyKey)
    }
}

/// What an operator sets.
package struct BrokerSettings: Sendable {
    /// `iss` of every token: the URL at which this broker is reached.
    package let issuer: String
    /// Called for what an operator must hear of at once; returns quickly.
    let alarm: @Sendable (Alarm) -> Void
    /// How long a signing key signs before the timer has a new one follow it; `nil`: keys are followed by hand only.
    package let keyMaximumAgeSeconds: Int64?
    /// What a password's hash costs; tests that are not about it spare themselves the time.
    let passwordCost: Scrypt.Cost

    package init(
        issuer: String, keyMaximumAgeSeconds: Int64? = nil, passwordCost: Scrypt.Cost = .standard,
        alarm: @escaping @Sendable (Alarm) -> Void
    ) {
        self.keyMaximumAgeSeconds = keyMaximumAgeSeconds
        self.issuer = issuer
        self.passwordCost = passwordCost
        self.alarm = alarm
    }
}

/// Why a broker does not start.
package enum StartError: Error, Hashable, Sendable {
    case rootKeyDoesNotOpen(TenantID)
    case dataKeyDoesNotOpen(TenantID)

    package var message: String {
        switch self {
        case .rootKeyDoesNotOpen(let tenant):
            "The signing root of tenant \(tenant) does not open with this key file."
        case .dataKeyDoesNotOpen(let tenant):
            "The data key of tenant \(tenant) does not open with this key file."
        }
    }

    /// The next step.
    package var hint: String {
        switch self {
        case .rootKeyDoesNotOpen, .dataKeyDoesNotOpen:
            "Give the key file this database was created with (--kek-file or HALLPASS_KEK_FILE)."
        }
    }
}
