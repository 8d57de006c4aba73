import HallpassCore
import HallpassCrypto

/// All that is sealed under one tenant's data key, each with a key of its own.
struct TenantVault: Sendable {
    let calls: CallVault
    let credentials: CredentialVault

    init(tenant: TenantID, dataKey: SecretBytes) throws(CryptoError) {
        calls = try CallVault(dataKey: dataKey)
        credentials = try CredentialVault(tenant: tenant, dataKey: dataKey)
    }
}
