package import HallpassCore
package import HallpassCrypto

/// A client whose secret matched; only ``Broker/authenticate(id:secret:)``, in this file, can make one.
package final class AuthenticatedClient: Sendable {
    package let tenant: TenantID
    package let client: Client
    /// The tenant as it was when the client came in: one request sees one moment.
    let snapshot: TenantSnapshot
    let vault: CallVault
    let credentialVault: CredentialVault
    /// SHA-256 of its secret, to find out later whether that is still good.
    let secret: SHA256Digest

    fileprivate init(
        tenant: TenantID, client: Client, snapshot: TenantSnapshot, vault: TenantVault, secret: SHA256Digest
    ) {
        self.tenant = tenant
        self.client = client
        self.snapshot = snapshot
        self.vault = vault.calls
        credentialVault = vault.credentials
        self.secret = secret
    }
}

extension AuthenticatedClient {
    /// A client that is switched off is told so: it has shown that it is that client, and whoever looks for its trouble
    /// must not go looking for a wrong secret. In a tenant that is switched off, only administration goes on.
    ///
    /// - Throws: ``HallpassError/disabled(_:)``.
    package func requireEnabled() throws(Refusal) {
        if snapshot.disabled.contains(.client, client.id.rawValue) { throw Refusal(.enabled, .disabled(.client)) }
        guard snapshot.disabled.contains(.tenant, tenant.rawValue) else { return }
        guard case .automation = client.kind else { throw Refusal(.enabled, .disabled(.tenant)) }
    }
}

extension Broker {
    /// Client secrets are 256 random bits, so one SHA-256 is enough, and finding the holder by it tells nothing.
    ///
    /// - Parameter secret: as ``ClientSecret/digest(of:)`` what was presented.
    /// - Throws: ``HallpassError/invalidClient``, whatever it was that did not match.
    package func authenticate(id: String, secret: SHA256Digest) throws(HallpassError) -> AuthenticatedClient {
        let snapshot = snapshot
        guard let client = identify(secret, in: snapshot),
            ConstantTime.equals(Array(client.client.id.rawValue.utf8), Array(id.utf8))
        else { throw .invalidClient }
        snapshot.secrets[secret]?.lastUse.note(clock.nowSeconds)
        return client
    }

    /// - Parameter secret: SHA-256 of what was presented.
    func identify(_ secret: SHA256Digest, in snapshot: RegistrySnapshot) -> AuthenticatedClient? {
        guard let holder = snapshot.secrets[secret], holder.digest.constantTimeEquals(secret),
            holder.expiresAt.map({ clock.nowSeconds < $0 }) ?? true,
            let tenant = snapshot.tenants[holder.tenant], let client = tenant.registry.clients[holder.client],
            let vault = snapshot.vaults[holder.tenant]
        else { return nil }
        return AuthenticatedClient(
            tenant: holder.tenant, client: client, snapshot: tenant, vault: vault, secret: secret)
    }
}

/// A client secret, `hp_<client_id>_<43 characters>`: shown once, stored as SHA-256.
package struct ClientSecret: Sendable {
    /// What the client presents.
    package let text: String
    let digest: SHA256Digest

    /// What it is called in lists, as ``ClientSecretRow/name``.
    package var name: String { String(Base64URL.encode(digest).prefix(12)) }

    /// Its name never begins with `-`: people copy it from a list to a command line.
    static func make(for client: ClientID) throws(CryptoError) -> ClientSecret {
        while true {
            let random = try SecretBytes.random(count: 32).withUnsafeBytes { Base64URL.encode($0) }
            let text = "hp_\(client)_\(random)"
            let secret = ClientSecret(text: text, digest: digest(of: text))
            if !secret.name.hasPrefix("-") { return secret }
        }
    }

    /// What a secret is known by.
    package static func digest(of text: String) -> SHA256Digest { SHA256.hash(Array(text.utf8)) }
}
