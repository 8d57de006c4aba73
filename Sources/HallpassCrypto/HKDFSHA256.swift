internal import COpenSSL

/// Derives keys from a key: HKDF with SHA-256, extract and expand. Source: RFC 5869.
package enum HKDFSHA256 {
    /// RFC 5869 section 2.3: 255 blocks of the digest.
    package static let maximumByteCount = 255 * SHA256Digest.byteCount

    /// - Parameters:
    ///   - from: input keying material, at least 1 byte, and as strong as what comes out must be: this is no password hash.
    ///   - salt: may be empty, which RFC 5869 defines as 32 zero bytes.
    ///   - info: what the key is for; two uses must never share one `info`, so length-prefix its parts.
    ///     libcrypto 3.0 takes up to 32,768 bytes.
    ///   - count: 1 to 8,160 bytes.
    /// - Throws: ``CryptoError/invalidLength(input:count:)``, or ``CryptoError/openSSL(operation:reason:)``.
    package static func deriveKey(
        from key: SecretBytes, salt: [UInt8], info: [UInt8], count: Int
    ) throws(CryptoError) -> SecretBytes {
        guard key.count > 0 else { throw .invalidLength(input: "key", count: 0) }
        guard (1...maximumByteCount).contains(count) else {
            throw .invalidLength(input: "derived key", count: count)
        }
        guard let context = unsafe EVP_KDF_CTX_new(try Algorithms.loaded().hkdf) else {
            throw .draining(after: "EVP_KDF_CTX_new")
        }
        defer { unsafe EVP_KDF_CTX_free(context) }

        let status = key.withUnsafeBytes { key in
            salt.withLentBytes { salt in
                info.withLentBytes { info in
                    unsafe copenssl_hkdf_sha256_init(
                        context, copenssl_bytes(key), copenssl_bytes(salt), copenssl_bytes(info))
                }
            }
        }
        try CryptoError.check(status, "EVP_KDF_CTX_set_params")
        return try SecretBytes(count: count) { (target) throws(CryptoError) in
            let output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            try unsafe CryptoError.check(EVP_KDF_derive(context, output, target.count, nil), "EVP_KDF_derive")
        }
    }
}
