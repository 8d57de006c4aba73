import Testing

@testable import HallpassCrypto

struct HKDFSHA256Tests {
    struct Vector: Sendable {
        let key: [UInt8]
        let salt: [UInt8]
        let info: [UInt8]
        let derived: String
    }

    /// RFC 5869 appendices A.1 to A.3; those after are for SHA-1.
    static let rfc5869: [Vector] = [
        Vector(
            key: [UInt8](repeating: 0x0b, count: 22), salt: [UInt8](0x00...0x0c), info: [UInt8](0xf0...0xf9),
            derived: """
                3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf
                34007208d5b887185865
                """),
        Vector(
            key: [UInt8](0x00...0x4f), salt: [UInt8](0x60...0xaf), info: [UInt8](0xb0...0xff),
            derived: """
                b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c
                59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71
                cc30c58179ec3e87c14c01d5c1f3434f1d87
                """),
        Vector(
            key: [UInt8](repeating: 0x0b, count: 22), salt: [], info: [],
            derived: """
                8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d
                9d201395faa4b61a96c8
                """),
    ]

    static let key = SecretBytes(copying: [UInt8](repeating: 1, count: 32))

    @Test(arguments: rfc5869)
    func `the keys of RFC 5869 come out`(vector: Vector) throws {
        let expected = hex(vector.derived)
        let derived = try HKDFSHA256.deriveKey(
            from: SecretBytes(copying: vector.key), salt: vector.salt, info: vector.info, count: expected.count)
        #expect(derived.revealed == expected)
    }

    @Test func `another key, salt or info gives another key`() throws {
        let other = SecretBytes(copying: [UInt8](repeating: 2, count: 32))
        let derived = [
            try HKDFSHA256.deriveKey(from: Self.key, salt: [1], info: [1], count: 32),
            try HKDFSHA256.deriveKey(from: Self.key, salt: [1], info: [2], count: 32),
            try HKDFSHA256.deriveKey(from: Self.key, salt: [2], info: [1], count: 32),
            try HKDFSHA256.deriveKey(from: other, salt: [1], info: [1], count: 32),
        ]
        #expect(Set(derived.map(\.revealed)).count == derived.count)
    }

    @Test(arguments: [(count: -1, fits: false), (0, false), (1, true), (8_159, true), (8_160, true), (8_161, false)])
    func `1 to 255 blocks can be derived`(count: Int, fits: Bool) throws {
        if fits {
            #expect(try HKDFSHA256.deriveKey(from: Self.key, salt: [], info: [], count: count).count == count)
        } else {
            #expect(throws: CryptoError.invalidLength(input: "derived key", count: count)) {
                try HKDFSHA256.deriveKey(from: Self.key, salt: [], info: [], count: count)
            }
        }
    }

    @Test func `an empty key is refused`() {
        #expect(throws: CryptoError.invalidLength(input: "key", count: 0)) {
            try HKDFSHA256.deriveKey(from: SecretBytes(copying: []), salt: [], info: [], count: 32)
        }
    }

    /// libcrypto has a bound of its own on the info; this is also the failure inside libcrypto that is easiest to cause.
    @Test func `an info libcrypto does not take is an error that leaves the error queue empty`() throws {
        let error = #expect(throws: CryptoError.self) {
            try HKDFSHA256.deriveKey(
                from: Self.key, salt: [], info: [UInt8](repeating: 0, count: 1 << 20), count: 32)
        }
        guard case .openSSL(operation: "EVP_KDF_CTX_set_params", _) = error else {
            Issue.record("unexpected \(String(describing: error))")
            return
        }
        #expect(CryptoError.draining(after: "nothing") == .openSSL(operation: "nothing", reason: 0))
    }

    @Test(.enabled(if: WycheproofVectors.arePresent, "Wycheproof vectors are not on this machine"))
    func `Wycheproof agrees`() throws {
        var validCount = 0
        var invalidCount = 0
        for test in try WycheproofVectors("hkdf_sha256_test.json").groups.flatMap(\.tests) {
            let key = SecretBytes(copying: try test.bytes("ikm"))
            let (salt, info, count) = (try test.bytes("salt"), try test.bytes("info"), test.integer("size"))
            if test.isValid {
                let derived = try HKDFSHA256.deriveKey(from: key, salt: salt, info: info, count: count)
                #expect(derived.revealed == (try test.bytes("okm")), "\(test)")
                validCount += 1
            } else {
                #expect(throws: CryptoError.self, "\(test)") {
                    try HKDFSHA256.deriveKey(from: key, salt: salt, info: info, count: count)
                }
                invalidCount += 1
            }
        }
        #expect(validCount > 70 && invalidCount > 0)
    }
}
