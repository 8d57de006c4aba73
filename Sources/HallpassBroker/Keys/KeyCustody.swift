package import HallpassCrypto

/// Where the key encryption key lies, and how another takes its place. The broker neither knows nor chooses the place.
package struct KeyCustody: Sendable {
    /// The keys that lie there, newest first, at least one; 32 bytes each.
    let read: @Sendable () async throws -> [SecretBytes]
    /// Called once everything is sealed under the newest: what was the key becomes the one before. May be called again.
    let settle: @Sendable () async throws -> Void

    package init(
        read: @escaping @Sendable () async throws -> [SecretBytes], settle: @escaping @Sendable () async throws -> Void
    ) {
        self.read = read
        self.settle = settle
    }

    /// - Throws: what kept the keys from being read.
    package func tenantKeys() async throws -> TenantKeys {
        let keys = try await read()
        guard let newest = keys.first else { preconditionFailure("a custody without a key") }
        return TenantKeys(keyEncryptionKey: newest, older: Array(keys.dropFirst()))
    }
}
