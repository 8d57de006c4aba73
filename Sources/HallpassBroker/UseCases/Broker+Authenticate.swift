package import HallpassCore
import HallpassCrypto

/// A client whose secret matched; only ``Broker/authenticate(id:secret:)``, in this file, can make one.
package struct AuthenticatedClient: Sendable {
    package let tenant: TenantID
    package let client: Client
    /// The tenant as it was when the client came in: one request sees one moment.
    let snapshot: TenantSnapshot
    let vault: CallVault

    fileprivate init(tenant: TenantID, client: Client, snapshot: TenantSnapshot, vault: CallVault) {
        self.tenant = tenant
        self.client = client
        self.snapshot = snapshot
        self.vault = vault
    }
}

extension Broker {
    /// Client secrets are 256 random bits, so one SHA-256 is enough, and finding the holder by it tells nothing.
    ///
    /// - Throws: ``HallpassError/invalidClient``, whatever it was that did not match.
    package func authenticate(id: String, secret: String) throws(HallpassError) -> AuthenticatedClient {
        let digest = SHA256.hash(Array(secret.utf8))
        let snapshot = snapshot
        let nowSeconds = clock.nowSeconds
        guard let holder = snapshot.secrets[digest], holder.digest.constantTimeEquals(digest),
            ConstantTime.equals(Array(holder.client.rawValue.utf8), Array(id.utf8)),
            holder.expiresAt.map({ nowSeconds < $0 }) ?? true,
            let tenant = snapshot.tenants[holder.tenant], let client = tenant.registry.clients[holder.client],
            let vault = snapshot.vaults[holder.tenant]
        else { throw .invalidClient }
        holder.lastUse.note(nowSeconds)
        return AuthenticatedClient(tenant: holder.tenant, client: client, snapshot: tenant, vault: vault)
    }
}

/// A client secret, `hp_<client_id>_<43 characters>`: shown once, stored as SHA-256.
package struct ClientSecret: Sendable {
    /// What the client presents.
    package let text: String
    let digest: SHA256Digest

    /// What it is called in lists, as ``ClientSecretRow/name``.
    package var name: String { String(Base64URL.encode(digest).prefix(12)) }

    static func make(for client: ClientID) throws(CryptoError) -> ClientSecret {
        let random = Base64URL.encode(try RandomBytes.generate(count: 32))
        let text = "hp_\(client)_\(random)"
        return ClientSecret(text: text, digest: SHA256.hash(Array(text.utf8)))
    }
}
