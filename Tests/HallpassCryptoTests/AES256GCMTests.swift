import Testing

@testable import HallpassCrypto

struct AES256GCMTests {
    struct Vector: Sendable {
        let key: String
        let nonce: String
        let plaintext: String
        let associatedData: String
        let ciphertextAndTag: String
    }

    /// Test cases 13, 14 and 16 of the GCM specification submitted to NIST: those with a key of 256 bits and a nonce of 96.
    static let published: [Vector] = [
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12), plaintext: "",
            associatedData: "", ciphertextAndTag: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
            plaintext: String(repeating: "00", count: 16), associatedData: "",
            ciphertextAndTag: "cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: "feffe9928665731c6d6a8f9467308308 feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888",
            plaintext: """
                d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
                1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
                """,
            associatedData: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            ciphertextAndTag: """
                522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
                8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
                76fc6ece0f4e1768cddf8853bb2d551b
                """),
    ]

    static let key = SecretBytes(copying: [UInt8](0..<32))
    static let plaintext = Array("the upstream credential".utf8)
    static let associatedData = Array("tenant/connector".utf8)

    private func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: [UInt8], associatedData: [UInt8]
    ) throws -> [UInt8] {
        try plaintext.withUnsafeBytes { try AES256GCM.seal($0, key: key, nonce: nonce, associatedData: associatedData) }
    }

    @Test(arguments: published)
    func `published vectors seal and open`(vector: Vector) throws {
        let key = SecretBytes(copying: hex(vector.key))
        let associatedData = hex(vector.associatedData)
        let sealed = try seal(
            hex(vector.plaintext), key: key, nonce: hex(vector.nonce), associatedData: associatedData)
        #expect(sealed == hex(vector.nonce) + hex(vector.ciphertextAndTag))
        let opened = try AES256GCM.open(sealed, key: key, associatedData: associatedData)
        #expect(opened.revealed == hex(vector.plaintext))
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1_000])
    func `what was sealed opens`(count: Int) throws {
        let plaintext = [UInt8](repeating: 7, count: count)
        let sealed = try AES256GCM.seal(plaintext, key: Self.key, associatedData: Self.associatedData)
        #expect(sealed.count == 12 + count + 16)
        let opened = try AES256GCM.open(sealed, key: Self.key, associatedData: Self.associatedData)
        #expect(opened.revealed == plaintext)
    }

    /// Exhaustive over nonce, ciphertext and tag.
    @Test func `flipping any bit of what was sealed is refused`() throws {
        let sealed = try AES256GCM.seal(Self.plaintext, key: Self.key, associatedData: Self.associatedData)
        for flipped in flippingEachBit(of: sealed) {
            #expect(throws: CryptoError.authenticationFailed) {
                try AES256GCM.open(flipped, key: Self.key, associatedData: Self.associatedData)
            }
        }
        #expect(CryptoError.draining(after: "nothing") == .openSSL(operation: "nothing", reason: 0))
    }

    @Test func `other associated data is refused`() throws {
        let sealed = try AES256GCM.seal(Self.plaintext, key: Self.key, associatedData: Self.associatedData)
        let others = flippingEachBit(of: Self.associatedData) + [[], Self.associatedData + [0]]
        for other in others {
            #expect(throws: CryptoError.authenticationFailed) {
                try AES256GCM.open(sealed, key: Self.key, associatedData: other)
            }
        }
    }

    @Test func `another key is refused`() throws {
        let sealed = try AES256GCM.seal(Self.plaintext, key: Self.key, associatedData: [])
        for other in flippingEachBit(of: Self.key.revealed) {
            #expect(throws: CryptoError.authenticationFailed) {
                try AES256GCM.open(sealed, key: SecretBytes(copying: other), associatedData: [])
            }
        }
    }

    @Test func `every truncation is refused`() throws {
        let sealed = try AES256GCM.seal(Self.plaintext, key: Self.key, associatedData: [])
        for count in 0..<sealed.count {
            let expected: CryptoError =
                count < 28 ? .invalidLength(input: "sealed", count: count) : .authenticationFailed
            #expect(throws: expected) {
                try AES256GCM.open(Array(sealed.prefix(count)), key: Self.key, associatedData: [])
            }
        }
    }

    @Test(arguments: [0, 16, 24, 31, 33])
    func `a key that is not 32 bytes is refused`(count: Int) throws {
        let key = SecretBytes(copying: [UInt8](repeating: 0, count: count))
        let sealed = try AES256GCM.seal(Self.plaintext, key: Self.key, associatedData: [])
        #expect(throws: CryptoError.invalidLength(input: "key", count: count)) {
            try AES256GCM.seal(Self.plaintext, key: key, associatedData: [])
        }
        #expect(throws: CryptoError.invalidLength(input: "key", count: count)) {
            try AES256GCM.open(sealed, key: key, associatedData: [])
        }
    }

    @Test func `sealing twice never uses one nonce twice`() throws {
        let nonces = try (0..<1_000).map { _ in
            Array(try AES256GCM.seal(Self.plaintext, key: Self.key, associatedData: []).prefix(12))
        }
        #expect(Set(nonces).count == nonces.count)
    }

    /// Other nonce and key sizes are not ours: ``AES256GCM`` cannot be asked for them.
    @Test(.enabled(if: WycheproofVectors.arePresent, "Wycheproof vectors are not on this machine"))
    func `Wycheproof agrees for keys of 256 and nonces of 96 bits`() throws {
        var validCount = 0
        var invalidCount = 0
        for group in try WycheproofVectors("aes_gcm_test.json").groups
        where group.bits("keySize") == 256 && group.bits("ivSize") == 96 && group.bits("tagSize") == 128 {
            for test in group.tests {
                let key = SecretBytes(copying: try test.bytes("key"))
                let nonce = try test.bytes("iv")
                let associatedData = try test.bytes("aad")
                let plaintext = try test.bytes("msg")
                let sealed = try nonce + test.bytes("ct") + test.bytes("tag")
                if test.isValid {
                    #expect(
                        try seal(plaintext, key: key, nonce: nonce, associatedData: associatedData) == sealed, "\(test)"
                    )
                    let opened = try AES256GCM.open(sealed, key: key, associatedData: associatedData)
                    #expect(opened.revealed == plaintext, "\(test)")
                    validCount += 1
                } else {
                    #expect(throws: CryptoError.authenticationFailed, "\(test)") {
                        try AES256GCM.open(sealed, key: key, associatedData: associatedData)
                    }
                    invalidCount += 1
                }
            }
        }
        #expect(validCount > 30 && invalidCount > 10)
    }
}
