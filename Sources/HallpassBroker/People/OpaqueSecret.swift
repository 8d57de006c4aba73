import HallpassCrypto

/// 256 random bits for whoever gets them, kept here by their SHA-256: what a session's cookie or a one-time link holds.
struct OpaqueSecret {
    /// 43 characters of base64url.
    let text: String
    let digest: SHA256Digest

    static func make() throws(CryptoError) -> OpaqueSecret {
        let text = try SecretBytes.random(count: SHA256Digest.byteCount).withUnsafeBytes { Base64URL.encode($0) }
        return OpaqueSecret(text: text, digest: digest(of: text))
    }

    static func digest(of text: String) -> SHA256Digest { SHA256.hash(Array(text.utf8)) }
}
