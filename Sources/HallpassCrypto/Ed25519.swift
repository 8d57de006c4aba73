internal import COpenSSL

/// A key that signs with Ed25519. Source: RFC 8032 section 5.1.
@safe
package final class Ed25519PrivateKey: Sendable {
    package static let seedByteCount = 32

    // Read only after the initialiser returns; libcrypto lets threads share a key that nobody changes.
    private nonisolated(unsafe) let key: OpaquePointer
    package let publicKey: Ed25519PublicKey

    /// - Parameter seed: 32 bytes, as strong as the key is to be.
    package init(seed: SecretBytes) throws(CryptoError) {
        guard seed.count == Self.seedByteCount else { throw .invalidLength(input: "seed", count: seed.count) }
        let made = seed.withUnsafeBytes { seed in
            unsafe EVP_PKEY_new_raw_private_key(
                EVP_PKEY_ED25519, nil, seed.baseAddress?.assumingMemoryBound(to: UInt8.self), seed.count)
        }
        guard let key = unsafe made else { throw .draining(after: "EVP_PKEY_new_raw_private_key") }
        var bytes = [UInt8](repeating: 0, count: Ed25519PublicKey.byteCount)
        var count = bytes.count
        let status = unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &count)
        guard status == 1, let publicKey = Ed25519PublicKey(bytes: bytes) else {
            let failure = CryptoError.draining(after: "EVP_PKEY_get_raw_public_key")
            unsafe EVP_PKEY_free(key)
            throw failure
        }
        unsafe self.key = key
        self.publicKey = publicKey
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// - Returns: 64 bytes; the same for the same message.
    package func signature(for message: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw .draining(after: "EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        try unsafe CryptoError.check(EVP_DigestSignInit(context, nil, nil, nil, key), "EVP_DigestSignInit")
        var signature = [UInt8](repeating: 0, count: Ed25519PublicKey.signatureByteCount)
        var count = signature.count
        try unsafe CryptoError.check(
            EVP_DigestSign(context, &signature, &count, message, message.count), "EVP_DigestSign")
        return signature
    }
}

/// What an Ed25519 signature is checked with; nothing about it is secret.
package struct Ed25519PublicKey: Hashable, Sendable {
    package static let byteCount = 32
    package static let signatureByteCount = 64

    package let bytes: [UInt8]

    /// - Returns: `nil` unless there are 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// - Returns: whether the key's owner signed exactly this; `false` too for a signature of another length.
    package func isValid(_ signature: [UInt8], for message: [UInt8]) throws(CryptoError) -> Bool {
        guard signature.count == Self.signatureByteCount else { return false }
        guard let key = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) else {
            throw .draining(after: "EVP_PKEY_new_raw_public_key")
        }
        defer { unsafe EVP_PKEY_free(key) }
        guard let context = unsafe EVP_MD_CTX_new() else { throw .draining(after: "EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        try unsafe CryptoError.check(EVP_DigestVerifyInit(context, nil, nil, nil, key), "EVP_DigestVerifyInit")
        let status = unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count)
        // A signature that does not fit leaves its reason on the queue, which is nobody else's business.
        if status != 1 { ERR_clear_error() }
        return status == 1
    }
}
