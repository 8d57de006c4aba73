package import HallpassCore
import HallpassCrypto
package import HallpassStorage

extension Broker {
    /// A further secret for a client, so that a rotation has an overlap; shown once.
    ///
    /// - Parameter lifetimeSeconds: after which it is refused; `nil`: good until it is revoked.
    /// - Throws: ``HallpassError/limitReached(_:)`` when two are live already.
    package func issueSecret(
        for id: ClientID, lifetimeSeconds: Int64? = nil, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> IssuedSecret {
        try admin.require(.manageClientSecrets)
        return try await gate.pass { () async throws(HallpassError) in
            try admin.requireReach(try client(id, by: admin))
            let secret: ClientSecret
            do {
                secret = try ClientSecret.make(for: id)
            } catch {
                throw .unavailable
            }
            var entry = AuditEntry(.clientSecretIssue, .allow, by: admin, context, at: clock)
            entry.target = "client \(id)"
            let now = clock.nowSeconds
            let row = ClientSecretRow(
                tenant: admin.tenant, client: id, digest: secret.digest, createdAt: now,
                expiresAt: lifetimeSeconds.map { now + $0 })
            try await registryStore.addSecret(row, nowSeconds: now, audit: entry)
            try await reading { try await reload(admin.tenant) }
            return IssuedSecret(secret: secret, expiresAt: row.expiresAt)
        }
    }

    /// The secrets of a client, oldest first, with the use that is not on disk yet; what they are is known to nobody here.
    package func secrets(of id: ClientID, by admin: TenantAdmin) async throws(HallpassError) -> [ClientSecretRow] {
        try admin.require(.manageClientSecrets)
        _ = try client(id, by: admin)
        var rows = try await reading { try await registryStore.secrets(of: id, tenant: admin.tenant) }
        let holders = snapshot.secrets
        for index in rows.indices {
            rows[index].lastUsedAt = holders[rows[index].digest]?.lastUse.seconds ?? rows[index].lastUsedAt
        }
        return rows
    }

    /// Puts on disk when secrets were last seen, a few hundred at a time, so that nobody who waits for the ledger notices.
    ///
    /// - Throws: what storage throws; what is not on disk then is tried again the next time.
    package func flushSecretUses() async throws(HallpassError) {
        let unflushed = snapshot.secrets.values.compactMap { holder in
            holder.lastUse.unflushedSeconds.map { (holder, SecretUse(holder, lastUsedAt: $0)) }
        }
        for start in stride(from: 0, to: unflushed.count, by: 500) {
            let batch = unflushed[start..<min(start + 500, unflushed.count)]
            try await registryStore.noteUses(batch.map(\.1))
            for (holder, use) in batch { holder.lastUse.didFlush(use.lastUsedAt) }
        }
    }

    /// Ends one secret, named by the start of its digest; the next request with it is refused.
    package func revokeSecret(
        _ name: String, of id: ClientID, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) {
        try admin.require(.manageClientSecrets)
        try await gate.pass { () async throws(HallpassError) in
            _ = try client(id, by: admin)
            let rows = try await reading { try await registryStore.secrets(of: id, tenant: admin.tenant) }
            guard let row = rows.first(where: { $0.name == name }) else { throw .notFound }
            var entry = AuditEntry(.clientSecretRevoke, .allow, by: admin, context, at: clock)
            entry.target = "client \(id) secret \(name)"
            try await registryStore.removeSecret(row, audit: entry)
            try await reading { try await reload(admin.tenant) }
        }
    }

    private func client(_ id: ClientID, by admin: TenantAdmin) throws(HallpassError) -> Client {
        guard let client = snapshot.tenants[admin.tenant]?.registry.clients[id] else { throw .notFound }
        return client
    }
}

/// A secret as it is shown, once.
package struct IssuedSecret: Sendable {
    package let secret: ClientSecret
    /// Unix seconds; `nil`: good until it is revoked.
    package let expiresAt: Int64?
}

extension SecretUse {
    fileprivate init(_ holder: RegistrySnapshot.SecretHolder, lastUsedAt: Int64) {
        self.init(tenant: holder.tenant, client: holder.client, digest: holder.digest, lastUsedAt: lastUsedAt)
    }
}

extension ClientSecretRow {
    /// What a secret is called in lists: the start of its digest, which opens nothing.
    package var name: String { String(Base64URL.encode(digest).prefix(12)) }
}
