import HallpassCore
import HallpassCrypto

/// All that is sealed under one tenant's data keys, each with a key of its own.
struct TenantVault: Sendable {
    let calls: CallVault
    let credentials: CredentialVault

    /// - Parameter dataKeys: the newest first; at least one.
    init(tenant: TenantID, dataKeys: [SecretBytes]) throws(CryptoError) {
        calls = try CallVault(dataKeys: dataKeys)
        credentials = try CredentialVault(tenant: tenant, dataKeys: dataKeys)
    }
}
