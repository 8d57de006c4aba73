internal import COpenSSL

/// Seals bytes under a 32-byte key so that nobody without it can read or change them, or move them to another context.
///
/// The nonce is 12 random bytes, so one key may seal at most 2^32 messages; a key per tenant stays far below.
/// Source: NIST SP 800-38D section 8.3 (that bound); OpenSSL 3.0 EVP_EncryptInit(3), "AEAD Interface".
package enum AES256GCM {
    package static let keyByteCount = 32
    package static let nonceByteCount = 12
    package static let tagByteCount = 16

    /// - Parameter associatedData: authenticated, not stored: ``open(_:key:associatedData:)`` needs the same bytes again.
    /// - Returns: `nonce (12) ‖ ciphertext (= plaintext count) ‖ tag (16)`, lengths in bytes.
    /// - Throws: ``CryptoError/invalidLength(input:count:)`` for a key that is not 32 bytes, or
    ///   ``CryptoError/openSSL(operation:reason:)``.
    package static func seal(
        _ plaintext: UnsafeRawBufferPointer, key: SecretBytes, associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let nonce = try RandomBytes.generate(count: nonceByteCount)
        return try unsafe seal(plaintext, key: key, nonce: nonce, associatedData: associatedData)
    }

    /// The same for an array, which is not erased.
    package static func seal(
        _ plaintext: [UInt8], key: SecretBytes, associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try plaintext.withLentBytes { (plaintext) throws(CryptoError) in
            try unsafe seal(plaintext, key: key, associatedData: associatedData)
        }
    }

    /// With the nonce given: for known answers only. A nonce used twice under one key gives away both plaintexts'
    /// difference and the authentication key.
    static func seal(
        _ plaintext: UnsafeRawBufferPointer, key: SecretBytes, nonce: [UInt8], associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let context = try GCMContext(.encrypt)
        try context.start(key: key, nonce: nonce)
        try context.authenticate(associatedData)

        var sealed = nonce
        sealed.append(contentsOf: repeatElement(0, count: plaintext.count + tagByteCount))
        try unsafe sealed.withUnsafeMutableBufferPointer { (sealed) throws(CryptoError) in
            let sealed = UnsafeMutableRawBufferPointer(sealed)
            let body = unsafe UnsafeMutableRawBufferPointer(rebasing: sealed[nonceByteCount...])
            try unsafe context.process(plaintext, into: body)
            try context.finish()
            let tag = unsafe UnsafeMutableRawBufferPointer(rebasing: body[plaintext.count...])
            try unsafe context.readTag(into: tag)
        }
        return sealed
    }

    /// Opens what ``seal(_:key:associatedData:)`` made. No byte of the plaintext is released unless the tag fits.
    ///
    /// - Throws: ``CryptoError/authenticationFailed`` when key, associated data or a byte of `sealed` is not what it was;
    ///   ``CryptoError/invalidLength(input:count:)`` when `sealed` cannot hold nonce and tag or the key is not 32 bytes.
    package static func open(
        _ sealed: [UInt8], key: SecretBytes, associatedData: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        let plaintextByteCount = sealed.count - nonceByteCount - tagByteCount
        guard plaintextByteCount >= 0 else { throw .invalidLength(input: "sealed", count: sealed.count) }

        let context = try GCMContext(.decrypt)
        try context.start(key: key, nonce: Array(sealed.prefix(nonceByteCount)))
        try context.expectTag(Array(sealed.suffix(tagByteCount)))
        try context.authenticate(associatedData)
        // On a throw SecretBytes erases the unauthenticated plaintext.
        return try SecretBytes(count: plaintextByteCount) { (target) throws(CryptoError) in
            try sealed.withLentBytes { (sealed) throws(CryptoError) in
                let body = unsafe UnsafeRawBufferPointer(rebasing: sealed[nonceByteCount...].prefix(target.count))
                try unsafe context.process(body, into: target)
            }
            try context.finish()
        }
    }
}
