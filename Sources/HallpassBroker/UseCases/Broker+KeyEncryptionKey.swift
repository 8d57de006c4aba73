package import HallpassCore
import HallpassCrypto
import HallpassStorage

/// How far a change of the key encryption key has come.
package struct KeyEncryptionReport: Sendable {
    /// Keys of tenants that lie under the newest key encryption key.
    package let underNewest: Int
    /// Keys of tenants that lie under an older one.
    package let underOlder: Int
    /// Of these, what this very request sealed anew.
    package let resealed: Int
}

extension Broker {
    /// What lies under which key encryption key.
    package func keyEncryptionStatus(by admin: TenantAdmin) async throws(HallpassError) -> KeyEncryptionReport {
        try requirePlatform(admin)
        let keys = tenantKeys
        return try await reading {
            var underNewest = 0
            var underOlder = 0
            for tenant in snapshot.tenants.keys {
                for row in try await registryStore.sealedKeys(tenant) {
                    if try keys.resealed(row.key, as: row.purpose) == nil { underNewest += 1 } else { underOlder += 1 }
                }
            }
            return KeyEncryptionReport(underNewest: underNewest, underOlder: underOlder, resealed: 0)
        }
    }

    /// Seals every tenant's keys under the newest key encryption key, while calls go on: what they need lies opened in memory.
    ///
    /// One tenant is one transaction. Whoever is interrupted asks again, and what is done already is left alone; meanwhile both
    /// keys open.
    ///
    /// - Throws: ``HallpassError/unavailable`` when the keys cannot be read or put in their place.
    package func rotateKeyEncryptionKey(
        by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> KeyEncryptionReport {
        try requirePlatform(admin)
        guard let custody else { throw .unavailable }
        var entry = AuditEntry(.keyEncryptionKeyRotate, .allow, by: admin, context, at: clock)
        return try await gate.pass { () async throws(HallpassError) in
            let keys: TenantKeys
            do {
                keys = try await custody.tenantKeys()
            } catch {
                settings.alarm(.keyCustody)
                throw .unavailable
            }
            // From here on new tenants are sealed under the newest, so that none is missed.
            use(keys)
            var total = 0
            var resealed = 0
            for tenant in snapshot.tenants.keys.sorted() {
                let rows = try await reading { try await registryStore.sealedKeys(tenant) }
                let moved = try await reading {
                    try rows.compactMap { row in
                        try keys.resealed(row.key, as: row.purpose).map { SealedTenantKey(kind: row.kind, key: $0) }
                    }
                }
                if !moved.isEmpty { try await registryStore.replaceSealedKeys(moved, of: tenant) }
                total += rows.count
                resealed += moved.count
            }
            entry.count = Int64(resealed)
            let done = entry
            _ = try await submit(.record, for: .platform) { _ in done }
            do {
                try await custody.settle()
            } catch {
                // Nothing is lost: both keys are where they were, and asking again settles it.
                settings.alarm(.keyCustody)
                throw .unavailable
            }
            return KeyEncryptionReport(underNewest: total, underOlder: 0, resealed: resealed)
        }
    }

    private func requirePlatform(_ admin: TenantAdmin) throws(HallpassError) {
        try admin.require(.rotateKeyEncryptionKey)
        guard admin.tenant == .platform else { throw .notFound }
    }
}

extension SealedTenantKey {
    var purpose: TenantKeys.Purpose {
        switch kind {
        case .root: .root
        case .data: .data
        }
    }
}
