internal import COpenSSL

/// The algorithms this project uses, fetched once: a fetch takes locks and searches providers by name, which would cost
/// more than hashing a token. They live as long as the process.
@safe
struct Algorithms: @unchecked Sendable {
    let sha256: OpaquePointer
    let hmac: OpaquePointer
    let hkdf: OpaquePointer
    let aes256GCM: OpaquePointer

    private init() throws(CryptoError) {
        unsafe sha256 = try Self.require(EVP_MD_fetch(nil, "SHA256", nil), "EVP_MD_fetch")
        unsafe hmac = try Self.require(EVP_MAC_fetch(nil, "HMAC", nil), "EVP_MAC_fetch")
        unsafe hkdf = try Self.require(EVP_KDF_fetch(nil, "HKDF", nil), "EVP_KDF_fetch")
        unsafe aes256GCM = try Self.require(EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), "EVP_CIPHER_fetch")
    }

    private static let fetched = Result { () throws(CryptoError) in try Algorithms() }

    /// - Throws: every time, when the first fetch failed: a process without its algorithms must not go on.
    static func loaded() throws(CryptoError) -> Algorithms {
        try fetched.get()
    }

    private static func require(_ pointer: OpaquePointer?, _ operation: String) throws(CryptoError) -> OpaquePointer {
        guard let pointer = unsafe pointer else { throw .draining(after: operation) }
        return unsafe pointer
    }
}
