internal import COpenSSL
internal import Synchronization

/// One key for HMAC-SHA-256, usable from any thread. Source: RFC 2104, FIPS 198-1.
///
/// A libcrypto context that has absorbed the key is kept and rewound instead of made anew. For 400 bytes, keyed context
/// made per call: 1,530 ns; copy of a keyed context: 935 ns; one context shared by all keys and keyed again per call:
/// 870 ns; this key's own context rewound: 545 ns. A context holds about 930 bytes outside Swift, so it is made at first
/// use: a key that signs nothing costs some 150 bytes, twenty thousand keys in use about 23 MB.
package final class HMACSHA256Key: Sendable {
    /// The most that are kept; a second one exists only where two threads used the key at the same moment.
    private static let idleContextCount = 4

    private let key: SecretBytes
    private let idle = Mutex<[KeyedContext]>([])

    /// - Throws: ``CryptoError/invalidLength(input:count:)`` for an empty key.
    package init(_ key: SecretBytes) throws(CryptoError) {
        guard key.count > 0 else { throw .invalidLength(input: "key", count: 0) }
        self.key = key
    }

    /// - Throws: ``CryptoError/openSSL(operation:reason:)`` when libcrypto fails; there is never a wrong code instead.
    package func authenticationCode(for message: UnsafeRawBufferPointer) throws(CryptoError) -> SHA256Digest {
        let context = try takeContext()
        // When this throws, the context is dropped and freed, not put back in a state nobody knows.
        let code = try unsafe context.authenticationCode(for: message)
        putBack(context)
        return code
    }

    /// - Throws: ``CryptoError/openSSL(operation:reason:)`` when libcrypto fails; there is never a wrong code instead.
    package func authenticationCode(for message: [UInt8]) throws(CryptoError) -> SHA256Digest {
        try message.withLentBytes { (message) throws(CryptoError) in try unsafe authenticationCode(for: message) }
    }

    /// Whether `code` is this key's code for `message`, compared in constant time. A truncated code has no
    /// ``SHA256Digest`` and so cannot be asked about.
    ///
    /// - Throws: ``CryptoError/openSSL(operation:reason:)`` when libcrypto fails, which says nothing about `code`.
    package func isValid(
        _ code: SHA256Digest, for message: UnsafeRawBufferPointer
    ) throws(CryptoError) -> Bool {
        try unsafe authenticationCode(for: message).constantTimeEquals(code)
    }

    /// The same for an array.
    package func isValid(_ code: SHA256Digest, for message: [UInt8]) throws(CryptoError) -> Bool {
        try authenticationCode(for: message).constantTimeEquals(code)
    }

    private func takeContext() throws(CryptoError) -> KeyedContext {
        guard let context = idle.withLock({ contexts in contexts.popLast() }) else { return try KeyedContext(key) }
        try context.rewind()
        return context
    }

    private func putBack(_ context: KeyedContext) {
        idle.withLock { contexts in
            if contexts.count < Self.idleContextCount { contexts.append(context) }
        }
    }
}

/// An `EVP_MAC_CTX` that has absorbed one key. At any moment either the free list or one call holds it, never both,
/// which is what makes handing it between threads sound.
@safe
private final class KeyedContext: @unchecked Sendable {
    private let context: OpaquePointer

    init(_ key: SecretBytes) throws(CryptoError) {
        guard let context = unsafe EVP_MAC_CTX_new(try Algorithms.loaded().hmac) else {
            throw .draining(after: "EVP_MAC_CTX_new")
        }
        unsafe self.context = context
        try key.withUnsafeBytes { (key) throws(CryptoError) in
            try unsafe CryptoError.check(copenssl_hmac_sha256_init(context, copenssl_bytes(key)), "EVP_MAC_init")
        }
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// Back to the state right after the key was absorbed. Source: OpenSSL 3.0 EVP_MAC(3), "EVP_MAC_init".
    func rewind() throws(CryptoError) {
        try unsafe CryptoError.check(EVP_MAC_init(context, nil, 0, nil), "EVP_MAC_init")
    }

    func authenticationCode(for message: UnsafeRawBufferPointer) throws(CryptoError) -> SHA256Digest {
        let start = unsafe message.baseAddress?.assumingMemoryBound(to: UInt8.self)
        try unsafe CryptoError.check(EVP_MAC_update(context, start, message.count), "EVP_MAC_update")
        return try SHA256Digest { (target) throws(CryptoError) in
            let output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            var count = 0
            try unsafe CryptoError.check(EVP_MAC_final(context, output, &count, target.count), "EVP_MAC_final")
            guard count == target.count else { throw .draining(after: "EVP_MAC_final") }
        }
    }
}
