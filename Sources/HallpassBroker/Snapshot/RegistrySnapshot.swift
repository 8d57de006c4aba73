package import HallpassCore
import HallpassCrypto
package import HallpassStorage

/// Everything that decisions need, as of one moment; replaced whole, never changed.
package final class RegistrySnapshot: Sendable {
    package let tenants: [TenantID: TenantSnapshot]
    let vaults: [TenantID: TenantVault]
    /// By SHA-256 of the secret: two tenants may each have a client of one name, and neither learns of the other.
    let secrets: [SHA256Digest: SecretHolder]
    /// Of whom nothing is there any more but the audit.
    package let deleted: [TenantID: DeletedTenant]

    struct SecretHolder: Sendable {
        let tenant: TenantID
        let client: ClientID
        let digest: SHA256Digest
        /// Unix seconds.
        let expiresAt: Int64?
        /// The same one in every snapshot that has this secret.
        let lastUse: SecretLastUse
    }

    init(
        tenants: [TenantID: TenantSnapshot] = [:], vaults: [TenantID: TenantVault] = [:],
        secrets: [SHA256Digest: SecretHolder] = [:], deleted: [TenantID: DeletedTenant] = [:]
    ) {
        self.tenants = tenants
        self.vaults = vaults
        self.secrets = secrets
        self.deleted = deleted
    }

    /// Everyone who has an audit, by name.
    var chains: [TenantID] { (Array(tenants.keys) + Array(deleted.keys)).sorted() }

    /// A tenant as it was read from the database.
    struct LoadedTenant: Sendable {
        let id: TenantID
        let snapshot: TenantSnapshot
        let vault: TenantVault
        let secrets: [SecretHolder]
    }

    convenience init(_ loaded: [LoadedTenant], deleted: [DeletedTenant]) {
        self.init(
            tenants: Dictionary(loaded.map { ($0.id, $0.snapshot) }, uniquingKeysWith: { first, _ in first }),
            vaults: Dictionary(loaded.map { ($0.id, $0.vault) }, uniquingKeysWith: { first, _ in first }),
            secrets: Dictionary(
                loaded.flatMap(\.secrets).map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first }),
            deleted: Dictionary(deleted.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
    }

    /// The same moment for every tenant but one.
    func replacing(_ loaded: LoadedTenant) -> RegistrySnapshot {
        var tenants = tenants
        tenants[loaded.id] = loaded.snapshot
        var secrets = secrets.filter { $0.value.tenant != loaded.id }
        for holder in loaded.secrets { secrets[holder.digest] = holder }
        var vaults = vaults
        vaults[loaded.id] = loaded.vault
        return RegistrySnapshot(tenants: tenants, vaults: vaults, secrets: secrets, deleted: deleted)
    }

    func replacing(_ tenant: TenantID, with snapshot: TenantSnapshot) -> RegistrySnapshot {
        var tenants = tenants
        tenants[tenant] = snapshot
        return RegistrySnapshot(tenants: tenants, vaults: vaults, secrets: secrets, deleted: deleted)
    }

    /// The same moment without a tenant that was deleted, or knowing more of one that is.
    func marking(_ gone: DeletedTenant) -> RegistrySnapshot {
        var tenants = tenants
        tenants[gone.id] = nil
        var vaults = vaults
        vaults[gone.id] = nil
        var deleted = deleted
        deleted[gone.id] = gone
        return RegistrySnapshot(
            tenants: tenants, vaults: vaults, secrets: secrets.filter { $0.value.tenant != gone.id }, deleted: deleted)
    }
}
