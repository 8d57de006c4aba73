package import HallpassCore
import HallpassCrypto
package import HallpassStorage

/// What became of signing keys.
package struct KeyChange: Sendable {
    /// The keys that sign from now on.
    package let keys: [SigningKeyRow]
    /// When the last of the old keys retires, in Unix seconds; `nil` where they are dead already.
    package let retiresAt: Int64?
    /// Good tokens that ended with the old keys.
    package let endedTokens: Int64
}

/// Signing keys come and go without any token being refused for it, but in an emergency.
extension Broker {
    /// - Parameters:
    ///   - state: absent for all.
    ///   - after: the last key of the page before.
    package func signingKeys(
        state: SigningKey.State?, after: KeyID?, limit: Int, by admin: TenantAdmin
    ) async throws(HallpassError) -> [SigningKeySummary] {
        _ = try registry(by: admin)
        return try await reading {
            try await registryStore.signingKeys(
                admin.tenant, state: state, after: after, limit: limit, nowSeconds: clock.nowSeconds)
        }
    }

    /// New keys for one deployment or all of them; the old ones stay good until the last token they signed has expired.
    ///
    /// - Throws: ``HallpassError/notFound`` for a deployment that is not there.
    package func rotateKeys(
        of deployment: DeploymentID?, reason: String?, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> KeyChange {
        try admin.require(.manageKeys)
        var entry = AuditEntry(.keyRotate, .allow, by: admin, context, at: clock)
        entry.reason = reason
        let draft = entry
        return try await gate.pass { () async throws(HallpassError) in
            let deployments = try deployments(deployment, of: admin.tenant)
            return try await rotate(deployments, of: admin.tenant, as: draft)
        }
    }

    /// The emergency: every key of one deployment, or of all, is dead before this returns, with every token it signed.
    ///
    /// For a whole tenant the new keys come from a new root, because then it may be the root that is known.
    package func compromiseKeys(
        of deployment: DeploymentID?, reason: String, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> KeyChange {
        try admin.require(.manageKeys)
        var entry = AuditEntry(.keyCompromise, .allow, by: admin, context, at: clock)
        entry.reason = reason
        let draft = entry
        return try await gate.pass { () async throws(HallpassError) in
            let tenant = admin.tenant
            let deployments = try deployments(deployment, of: tenant)
            let (dimension, id) =
                deployment.map { (RevocationDimension.deployment, $0.text) } ?? (.tenant, tenant.rawValue)
            let ended = try await ledger.liveTokens(
                of: tenant, dimension: dimension, id: id, after: cutoffs(of: tenant), nowSeconds: clock.nowSeconds)
            var entry = draft
            entry.target = target(deployments, all: deployment == nil)
            entry.count = ended
            let root = deployment == nil ? try await nextRoot(of: tenant) : nil
            let keys = try await newKeys(for: deployments, of: tenant, root: root)
            try await registryStore.rotate(
                KeyRotation(
                    tenant: tenant, keys: keys, root: root, fate: .compromised, nowSeconds: clock.nowSeconds),
                audit: entry)
            try await reading { try await reload(tenant) }
            // The tokens are dead by their keys. This tells those who follow, and those who come back later: now that the old
            // keys sign no more, everything they signed is below the cutoff. What the new ones signed in this moment is too,
            // and is minted anew.
            _ = try await cutOff(dimension, id: id, reason: reason, by: admin, context)
            return KeyChange(keys: keys, retiresAt: nil, endedTokens: ended)
        }
    }

    /// What a timer does: follows keys that have signed for long enough, and ends those whose tokens have all expired.
    ///
    /// - Parameter maximumAgeSeconds: `nil` to follow none.
    package func tendKeys(maximumAgeSeconds: Int64?, _ context: CallContext) async throws(HallpassError) {
        for (tenant, snapshot) in snapshot.tenants {
            let entry = AuditEntry(.keyRotate, .allow, by: nil, context, at: clock)
            try await gate.pass { () async throws(HallpassError) in
                // It may have been deleted since.
                guard self.snapshot.tenants[tenant] != nil else { return }
                let now = clock.nowSeconds
                let retired = try await registryStore.retireKeys(of: tenant, nowSeconds: now) { [clock] count in
                    var entry = AuditEntry(.keyRetire, .allow, by: nil, context, at: clock)
                    entry.count = Int64(count)
                    return entry
                }
                if retired > 0 { try await reading { try await reload(tenant) } }
                guard let maximumAgeSeconds else { return }
                let created = try await reading { try await registryStore.activeKeyAges(tenant) }
                let due = snapshot.registry.deployments.values.filter { deployment in
                    created[deployment.id].map { $0 + maximumAgeSeconds <= now } ?? false
                }
                guard !due.isEmpty else { return }
                _ = try await rotate(due.sorted { $0.id < $1.id }, of: tenant, as: entry)
            }
        }
    }

    /// To be called inside ``gate``.
    private func rotate(
        _ deployments: [Deployment], of tenant: TenantID, as draft: AuditEntry
    ) async throws(HallpassError) -> KeyChange {
        let now = clock.nowSeconds
        let lastExpiries = try await reading { try await registryStore.lastExpiries(tenant) }
        let retiresAt = Dictionary(
            uniqueKeysWithValues: deployments.map { deployment in
                (
                    deployment.id,
                    KeyOverlap.retiresAt(
                        nowSeconds: now, tokenLifetimeSeconds: deployment.tokenLifetimeSeconds,
                        lastExpiry: lastExpiries[deployment.id])
                )
            })
        let keys = try await newKeys(for: deployments, of: tenant, root: nil)
        var entry = draft
        entry.target = target(deployments, all: deployments.count > 1)
        entry.count = Int64(keys.count)
        try await registryStore.rotate(
            KeyRotation(tenant: tenant, keys: keys, fate: .superseded(retiresAt: retiresAt), nowSeconds: now),
            audit: entry)
        try await reading { try await reload(tenant) }
        return KeyChange(keys: keys, retiresAt: retiresAt.values.max(), endedTokens: 0)
    }

    private func target(_ deployments: [Deployment], all: Bool) -> String {
        guard !all, let deployment = deployments.first else { return "\(deployments.count) deployments" }
        return "deployment \(deployment.id.text)"
    }

    private func deployments(_ wanted: DeploymentID?, of tenant: TenantID) throws(HallpassError) -> [Deployment] {
        guard let registry = snapshot.tenants[tenant]?.registry else { throw .notFound }
        guard let wanted else { return registry.deployments.values.sorted { $0.id < $1.id } }
        guard let deployment = registry.deployments[wanted] else { throw .notFound }
        return [deployment]
    }

    func nextRoot(of tenant: TenantID) async throws(HallpassError) -> SealedKeyRow {
        let version = try await reading { try await registryStore.rootKeyVersion(tenant) }
        do {
            return try tenantKeys.makeRow(.root, tenant: tenant, version: version + 1, createdAt: clock.nowSeconds)
        } catch {
            throw .unavailable
        }
    }

    private func newKeys(
        for deployments: [Deployment], of tenant: TenantID, root: SealedKeyRow?
    ) async throws(HallpassError) -> [SigningKeyRow] {
        let newest = try await reading { try await registryStore.rootKeyVersion(tenant) }
        var keys: [SigningKeyRow] = []
        for deployment in deployments {
            keys.append(try newKey(for: deployment.id, of: tenant, rootVersion: root?.version ?? newest))
        }
        return keys
    }

    /// A key that has a name and a root, and is in nobody's hands yet.
    func newKey(
        for deployment: DeploymentID, of tenant: TenantID, rootVersion: Int64
    ) throws(HallpassError) -> SigningKeyRow {
        guard let id = (try? RandomBytes.generate(count: KeyID.byteCount)).flatMap(KeyID.init(bytes:)) else {
            // Without randomness there are no keys; the health check says the same.
            throw .unavailable
        }
        return SigningKeyRow(
            tenant: tenant, id: id, deployment: deployment, rootVersion: rootVersion, createdAt: clock.nowSeconds,
            firstSequence: ledger.nextSequence())
    }
}
