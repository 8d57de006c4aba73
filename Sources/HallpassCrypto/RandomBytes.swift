internal import COpenSSL

/// Bytes from libcrypto's generator, which the operating system seeds.
package enum RandomBytes {
    /// For what becomes public: nonces, token ids, salts. A secret comes from ``SecretBytes/random(count:)``.
    ///
    /// - Throws: ``CryptoError/openSSL(operation:reason:)`` when the generator is not seeded or failed.
    package static func generate(count: Int) throws(CryptoError) -> [UInt8] {
        guard let length = Int32(exactly: count), length >= 0 else {
            throw .invalidLength(input: "random bytes", count: count)
        }
        var bytes = [UInt8](repeating: 0, count: count)
        try unsafe CryptoError.check(RAND_bytes(&bytes, length), "RAND_bytes")
        return bytes
    }

    /// Fills `target` from the generator that is kept apart for secrets, so that a flaw that shows one generator's
    /// state through public values shows nothing of this one's. Source: OpenSSL 3.0 RAND_bytes(3).
    static func fillWithSecret(_ target: UnsafeMutableRawBufferPointer) throws(CryptoError) {
        guard let length = Int32(exactly: target.count) else {
            throw .invalidLength(input: "random bytes", count: target.count)
        }
        let start = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        try unsafe CryptoError.check(RAND_priv_bytes(start, length), "RAND_priv_bytes")
    }
}
