/// Shows at process start that libcrypto has every algorithm and gives right answers, so that a broken library stops
/// start-up and not the first request.
package enum CryptoSelfTest {
    /// Fetches all algorithms and runs one known answer each; well under a millisecond when libcrypto is loaded.
    ///
    /// - Throws: ``CryptoError/openSSL(operation:reason:)``; where an answer was wrong, `operation` names the algorithm and
    ///   `reason` is 0.
    package static func run() throws(CryptoError) {
        _ = try Algorithms.loaded()
        try expect(SHA256.hash(message).bytes, equals: sha256Answer, "SHA-256")

        let key = SecretBytes(copying: Array("self-test key of thirty-two byte".utf8))
        try expect(HMACSHA256Key(key).authenticationCode(for: message).bytes, equals: hmacAnswer, "HMAC-SHA-256")

        let derived = try HKDFSHA256.deriveKey(from: key, salt: message, info: message, count: hkdfAnswer.count)
        try expect(derived.withUnsafeBytes { bytes in unsafe [UInt8](bytes) }, equals: hkdfAnswer, "HKDF-SHA-256")

        let cost = try require(Scrypt.Cost(log2N: 4, blockSize: 1, parallelism: 1), "scrypt")
        let ofPassword = try Scrypt.deriveKey(
            from: SecretBytes(copying: message), salt: message, cost: cost, count: scryptAnswer.count)
        try expect(ofPassword.withUnsafeBytes { bytes in unsafe [UInt8](bytes) }, equals: scryptAnswer, "scrypt")

        let nonce = [UInt8](repeating: 7, count: AES256GCM.nonceByteCount)
        let sealed = try message.withLentBytes { (message) throws(CryptoError) in
            try unsafe AES256GCM.seal(message, key: key, nonce: nonce, associatedData: sha256Answer)
        }
        try expect(Array(sealed.dropFirst(nonce.count)), equals: gcmAnswer, "AES-256-GCM")
        let opened = try AES256GCM.open(sealed, key: key, associatedData: sha256Answer)
        try expect(opened.withUnsafeBytes { bytes in unsafe [UInt8](bytes) }, equals: message, "AES-256-GCM")

        let draws = (try SecretBytes.random(count: 32), try SecretBytes.random(count: 32))
        guard !draws.0.constantTimeEquals(draws.1) else { throw wrongAnswer("RAND_priv_bytes") }
    }

    private static func expect(_ actual: [UInt8], equals expected: [UInt8], _ algorithm: String) throws(CryptoError) {
        guard actual == expected else { throw wrongAnswer(algorithm) }
    }

    private static func require<Value>(_ value: Value?, _ algorithm: String) throws(CryptoError) -> Value {
        guard let value else { throw wrongAnswer(algorithm) }
        return value
    }

    private static func wrongAnswer(_ algorithm: String) -> CryptoError {
        .openSSL(operation: "known answer of \(algorithm)", reason: 0)
    }
}

// Computed with another implementation (Python's hashlib, hmac and cryptography).
extension CryptoSelfTest {
    private static let message: [UInt8] = Array("abc".utf8)

    /// FIPS 180-4, example "abc".
    private static let sha256Answer: [UInt8] = [
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
        0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
    ]

    private static let hmacAnswer: [UInt8] = [
        0x0c, 0xc3, 0xf7, 0x81, 0x6b, 0xda, 0x95, 0x8b, 0x95, 0xec, 0x12, 0x34, 0x7b, 0xa4, 0xa3, 0x8a,
        0x8c, 0x3f, 0x73, 0x1d, 0xde, 0x1f, 0x18, 0xec, 0xcc, 0x37, 0xef, 0x32, 0x2f, 0x45, 0xf1, 0x69,
    ]

    private static let hkdfAnswer: [UInt8] = [
        0x04, 0x14, 0xf3, 0xac, 0x48, 0xaa, 0x3a, 0x1c, 0x22, 0x15, 0x92, 0x8d, 0xc0, 0x8c, 0xc5, 0x1f,
        0x3b, 0x08, 0xf2, 0x9c, 0xba, 0x48, 0xcb, 0xa3, 0x1b, 0xb3, 0x95, 0xe3, 0x3e, 0xe9, 0x32, 0xd9,
    ]

    private static let scryptAnswer: [UInt8] = [
        0xd9, 0x94, 0x63, 0x42, 0x4e, 0xf0, 0x13, 0xbd, 0x48, 0x24, 0xf1, 0xff, 0x5a, 0x40, 0x38, 0xe6,
        0x42, 0x05, 0xcf, 0x09, 0x33, 0x62, 0x44, 0xb7, 0x48, 0xd7, 0x98, 0x6f, 0x20, 0x04, 0x31, 0x07,
    ]

    /// Ciphertext (3) ‖ tag (16).
    private static let gcmAnswer: [UInt8] = [
        0xdf, 0x83, 0xb6, 0x0e, 0x18, 0xff, 0xe9, 0x95, 0x7a, 0x68, 0xe1, 0x38, 0xdc, 0xf9, 0xaa, 0xa5,
        0x4b, 0x6d, 0x2c,
    ]
}
