package import HallpassCore
import HallpassCrypto
package import HallpassStorage

extension Broker {
    /// A further secret for a client, so that a rotation has an overlap; shown once.
    ///
    /// - Throws: ``HallpassError/limitReached(_:)`` when two are live already.
    package func issueSecret(
        for id: ClientID, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> ClientSecret {
        try admin.require(.manageClientSecrets)
        return try await gate.pass { () async throws(HallpassError) in
            try requireClient(id, by: admin)
            let secret: ClientSecret
            do {
                secret = try ClientSecret.make(for: id)
            } catch {
                throw .unavailable
            }
            var entry = AuditEntry(.clientSecretIssue, .allow, by: admin, context, at: clock)
            entry.target = "client \(id)"
            try await registryStore.addSecret(
                ClientSecretRow(
                    tenant: admin.tenant, client: id, digest: secret.digest, createdAt: clock.nowSeconds,
                    expiresAt: nil), nowSeconds: clock.nowSeconds, audit: entry)
            try await reading { try await reload(admin.tenant) }
            return secret
        }
    }

    /// The live secrets of a client, oldest first; what they are is known to nobody here.
    package func secrets(of id: ClientID, by admin: TenantAdmin) async throws(HallpassError) -> [ClientSecretRow] {
        try admin.require(.manageClientSecrets)
        try requireClient(id, by: admin)
        return try await reading { try await registryStore.secrets(of: id, tenant: admin.tenant) }
    }

    /// Ends one secret, named by the start of its digest; the next request with it is refused.
    package func revokeSecret(
        _ name: String, of id: ClientID, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) {
        try admin.require(.manageClientSecrets)
        try await gate.pass { () async throws(HallpassError) in
            try requireClient(id, by: admin)
            let rows = try await reading { try await registryStore.secrets(of: id, tenant: admin.tenant) }
            guard let row = rows.first(where: { $0.name == name }) else { throw .notFound }
            var entry = AuditEntry(.clientSecretRevoke, .allow, by: admin, context, at: clock)
            entry.target = "client \(id) secret \(name)"
            try await registryStore.removeSecret(row, audit: entry)
            try await reading { try await reload(admin.tenant) }
        }
    }

    private func requireClient(_ id: ClientID, by admin: TenantAdmin) throws(HallpassError) {
        guard snapshot.tenants[admin.tenant]?.registry.clients[id] != nil else { throw .notFound }
    }
}

extension ClientSecretRow {
    /// What a secret is called in lists: the start of its digest, which opens nothing.
    package var name: String { String(Base64URL.encode(digest).prefix(12)) }
}
