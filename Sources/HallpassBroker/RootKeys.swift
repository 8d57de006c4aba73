import HallpassCore
package import HallpassCrypto
import HallpassStorage

/// Seals and opens the tenants' root keys under the key encryption key, which never leaves this process.
package struct RootKeys: Sendable {
    private let keyEncryptionKey: SecretBytes

    /// - Parameter keyEncryptionKey: 32 bytes.
    package init(keyEncryptionKey: SecretBytes) {
        precondition(keyEncryptionKey.count == AES256GCM.keyByteCount, "a key of another length")
        self.keyEncryptionKey = keyEncryptionKey
    }

    /// A new random root for a tenant, already sealed.
    func makeRow(tenant: TenantID, version: Int64, createdAt: Int64) throws(CryptoError) -> SealedKeyRow {
        let root = try SecretBytes.random(count: 32)
        let sealed = try root.withUnsafeBytes { (bytes) throws(CryptoError) in
            try AES256GCM.seal(
                bytes, key: keyEncryptionKey, associatedData: Self.associatedData(tenant: tenant, version: version))
        }
        return SealedKeyRow(tenant: tenant, version: version, sealed: sealed, createdAt: createdAt)
    }

    /// - Throws: ``CryptoError/authenticationFailed`` for a row of another tenant or version, or another key file.
    func open(_ row: SealedKeyRow) throws(CryptoError) -> SecretBytes {
        try AES256GCM.open(
            row.sealed, key: keyEncryptionKey,
            associatedData: Self.associatedData(tenant: row.tenant, version: row.version))
    }

    /// Binds a sealed root to its row. No part can hold a line feed, so no two rows share these bytes.
    private static func associatedData(tenant: TenantID, version: Int64) -> [UInt8] {
        Array("hallpass/v1\nroot-key\n\(tenant)\n\(version)".utf8)
    }
}
