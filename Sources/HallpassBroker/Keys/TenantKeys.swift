import HallpassCore
package import HallpassCrypto
import HallpassStorage

/// Seals and opens the tenants' own keys under the key encryption key, which never leaves this process.
package struct TenantKeys: Sendable {
    /// What a tenant's key is for; a key sealed for one purpose does not open for another.
    enum Purpose: String {
        /// Signing keys are derived from it.
        case root = "root-key"
        /// What is kept of calls is sealed with it.
        case data = "data-key"
    }

    private let keyEncryptionKey: SecretBytes

    /// - Parameter keyEncryptionKey: 32 bytes.
    package init(keyEncryptionKey: SecretBytes) {
        precondition(keyEncryptionKey.count == AES256GCM.keyByteCount, "a key of another length")
        self.keyEncryptionKey = keyEncryptionKey
    }

    /// A new random key for a tenant, already sealed.
    func makeRow(
        _ purpose: Purpose, tenant: TenantID, version: Int64, createdAt: Int64
    ) throws(CryptoError) -> SealedKeyRow {
        let key = try SecretBytes.random(count: 32)
        let sealed = try key.withUnsafeBytes { (bytes) throws(CryptoError) in
            try AES256GCM.seal(
                bytes, key: keyEncryptionKey,
                associatedData: Self.associatedData(purpose, tenant: tenant, version: version))
        }
        return SealedKeyRow(tenant: tenant, version: version, sealed: sealed, createdAt: createdAt)
    }

    /// - Throws: ``CryptoError/authenticationFailed`` for a row of another tenant, version or purpose, or another key file.
    func open(_ row: SealedKeyRow, as purpose: Purpose) throws(CryptoError) -> SecretBytes {
        try AES256GCM.open(
            row.sealed, key: keyEncryptionKey,
            associatedData: Self.associatedData(purpose, tenant: row.tenant, version: row.version))
    }

    /// Binds a sealed key to its row. No part can hold a line feed, so no two rows share these bytes.
    private static func associatedData(_ purpose: Purpose, tenant: TenantID, version: Int64) -> [UInt8] {
        Array("hallpass/v1\n\(purpose.rawValue)\n\(tenant)\n\(version)".utf8)
    }
}
