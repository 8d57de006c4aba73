package import HallpassCore
import HallpassCrypto
package import HallpassStorage

/// Data keys follow one another while calls go on: the newest seals, and those it followed open what was sealed with them until
/// nothing is left of it. None is ever removed, because the signed checkpoints of the audit are checked with keys derived from
/// them.
extension Broker {
    /// Oldest first.
    package func dataKeys(by admin: TenantAdmin) async throws(HallpassError) -> [DataKeySummary] {
        _ = try registry(by: admin)
        return try await reading { try await registryStore.dataKeys(admin.tenant) }
    }

    /// A new data key: what is sealed from the moment this returns is sealed under it.
    ///
    /// Credentials are sealed anew by ``tendDataKeys(_:)``; outcomes and arguments stay under the key they were sealed with until
    /// they are swept away.
    package func rotateDataKey(
        reason: String?, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> [DataKeySummary] {
        try admin.require(.manageKeys)
        _ = try registry(by: admin)
        var entry = AuditEntry(.dataKeyRotate, .allow, by: admin, context, at: clock)
        entry.reason = reason
        let draft = entry
        let tenant = admin.tenant
        return try await gate.pass { () async throws(HallpassError) in
            let version = (try await reading { try await registryStore.dataKeys(tenant).last?.version } ?? 0) + 1
            var entry = draft
            entry.target = "data key \(version)"
            let key: SealedKeyRow
            do {
                key = try tenantKeys.makeRow(.data, tenant: tenant, version: version, createdAt: clock.nowSeconds)
            } catch {
                throw .unavailable
            }
            try await registryStore.addDataKey(key, audit: entry)
            try await reading { try await reload(tenant) }
            // Whoever comes in from here on takes up the new key only.
            try await registryStore.settleDataKeys(of: tenant)
            return try await reading { try await registryStore.dataKeys(tenant) }
        }
    }

    /// What a timer does: seals credentials anew that lie under a key that seals no more, some at a time, and lets go of the keys
    /// that nothing lies under.
    package func tendDataKeys(_ context: CallContext) async throws(HallpassError) {
        for tenant in snapshot.tenants.keys.sorted() {
            let keys = try await reading { try await registryStore.dataKeys(tenant) }
            guard keys.contains(where: { $0.supersededAt != nil && $0.retiredAt == nil }) else { continue }
            // Where the process ended in between.
            try await registryStore.settleDataKeys(of: tenant)
            guard try await resealCredentials(of: tenant) == 0 else { continue }
            try await gate.pass { () async throws(HallpassError) in
                // It may have been deleted since.
                guard snapshot.tenants[tenant] != nil else { return }
                let retired = try await registryStore.retireDataKeys(of: tenant, nowSeconds: clock.nowSeconds) {
                    [clock] count in
                    var entry = AuditEntry(.dataKeyRetire, .allow, by: nil, context, at: clock)
                    entry.count = Int64(count)
                    return entry
                }
                if retired > 0 { try await reading { try await reload(tenant) } }
            }
        }
    }

    /// - Returns: how many were sealed anew.
    private func resealCredentials(of tenant: TenantID) async throws(HallpassError) -> Int {
        guard let vault = vault(of: tenant) else { return 0 }
        var after: CredentialID?
        var total = 0
        while true {
            let start = after
            let page = try await reading {
                try await credentialStore.sealed(tenant, after: start, limit: Self.resealedAtOnce)
            }
            var moved: [(stored: StoredCredential, sealed: [UInt8])] = []
            for stored in page {
                do {
                    guard let sealed = try stored.sealed.flatMap({ try vault.resealed($0, of: stored.credential) })
                    else { continue }
                    moved.append((stored, sealed))
                } catch {
                    throw .unavailable
                }
            }
            if !moved.isEmpty { try await credentialStore.reseal(moved, of: tenant) }
            total += moved.count
            guard page.count == Self.resealedAtOnce, let last = page.last else { return total }
            after = last.credential.id
        }
    }

    /// In one transaction, which everyone waits for: a tenth of what a batch of calls may be.
    private static let resealedAtOnce = 100
}
