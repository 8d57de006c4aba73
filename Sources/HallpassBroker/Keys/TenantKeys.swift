import HallpassCore
package import HallpassCrypto
package import HallpassStorage

/// Seals and opens the tenants' own keys under the key encryption key, which never leaves this process.
///
/// While one key encryption key follows another there are two of them: both open, and the newest seals.
package struct TenantKeys: Sendable {
    /// What a tenant's key is for; a key sealed for one purpose does not open for another.
    enum Purpose: String, CaseIterable {
        /// Signing keys are derived from it.
        case root = "root-key"
        /// What is kept of calls is sealed with it.
        case data = "data-key"
    }

    /// Newest first; at least one.
    private let keyEncryptionKeys: [SecretBytes]

    /// - Parameters:
    ///   - newest: 32 bytes.
    ///   - older: those that still open what was sealed with them, 32 bytes each.
    package init(keyEncryptionKey newest: SecretBytes, older: [SecretBytes] = []) {
        keyEncryptionKeys = [newest] + older
        precondition(keyEncryptionKeys.allSatisfy { $0.count == AES256GCM.keyByteCount }, "a key of another length")
    }

    /// A new random key for a tenant, already sealed.
    func makeRow(
        _ purpose: Purpose, tenant: TenantID, version: Int64, createdAt: Int64
    ) throws(CryptoError) -> SealedKeyRow {
        try seal(SecretBytes.random(count: 32), as: purpose, tenant: tenant, version: version, createdAt: createdAt)
    }

    /// - Throws: ``CryptoError/authenticationFailed`` for a row of another tenant, version or purpose, or another key file.
    func open(_ row: SealedKeyRow, as purpose: Purpose) throws(CryptoError) -> SecretBytes {
        for key in keyEncryptionKeys.dropLast() {
            // Most likely the other one's; the last attempt says what is wrong with it.
            if let opened = try? open(row, as: purpose, under: key) { return opened }
        }
        return try open(row, as: purpose, under: keyEncryptionKeys[keyEncryptionKeys.count - 1])
    }

    /// - Throws: ``StartError`` for the first of the keys that does not open.
    package func requireOpening(_ keys: [SealedTenantKey]) throws(StartError) {
        for sealed in keys {
            do {
                _ = try open(sealed.key, as: sealed.purpose)
            } catch {
                switch sealed.kind {
                case .root: throw .rootKeyDoesNotOpen(sealed.key.tenant)
                case .data: throw .dataKeyDoesNotOpen(sealed.key.tenant)
                }
            }
        }
    }

    /// The same key, sealed under the newest key encryption key; `nil` where it lies under that one already.
    func resealed(_ row: SealedKeyRow, as purpose: Purpose) throws(CryptoError) -> SealedKeyRow? {
        // That it does not open is what makes it one to be sealed anew.
        guard (try? open(row, as: purpose, under: keyEncryptionKeys[0])) == nil else { return nil }
        return try seal(
            open(row, as: purpose), as: purpose, tenant: row.tenant, version: row.version, createdAt: row.createdAt)
    }

    private func seal(
        _ key: SecretBytes, as purpose: Purpose, tenant: TenantID, version: Int64, createdAt: Int64
    ) throws(CryptoError) -> SealedKeyRow {
        let sealed = try key.withUnsafeBytes { (bytes) throws(CryptoError) in
            try AES256GCM.seal(
                bytes, key: keyEncryptionKeys[0],
                associatedData: Self.associatedData(purpose, tenant: tenant, version: version))
        }
        return SealedKeyRow(tenant: tenant, version: version, sealed: sealed, createdAt: createdAt)
    }

    private func open(
        _ row: SealedKeyRow, as purpose: Purpose, under key: SecretBytes
    ) throws(CryptoError) -> SecretBytes {
        try AES256GCM.open(
            row.sealed, key: key,
            associatedData: Self.associatedData(purpose, tenant: row.tenant, version: row.version))
    }

    /// Binds a sealed key to its row. No part can hold a line feed, so no two rows share these bytes.
    private static func associatedData(_ purpose: Purpose, tenant: TenantID, version: Int64) -> [UInt8] {
        Array("hallpass/v1\n\(purpose.rawValue)\n\(tenant)\n\(version)".utf8)
    }
}
