import Testing

@testable import HallpassCrypto

struct Ed25519Tests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let seed: String
        let publicKey: String
        let message: String
        let signature: String

        var testDescription: String { "\(message.count / 2) bytes" }
    }

    /// Source: RFC 8032 section 7.1, tests 1 to 3.
    private static let vectors = [
        Vector(
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
            signature:
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd"
                + "25bf5f0595bbe24655141438e7a100b"),
        Vector(
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
            signature:
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c3"
                + "87b2eaeb4302aeeb00d291612bb0c00"),
        Vector(
            seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
            signature:
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594"
                + "a7c15e9716ed28dc027beceea1ec40a"),
    ]

    private func key(_ seed: String) throws -> Ed25519PrivateKey {
        try Ed25519PrivateKey(seed: SecretBytes(copying: hex(seed)))
    }

    @Test(arguments: vectors)
    func `the RFC's keys sign and check as the RFC says`(vector: Vector) throws {
        let key = try key(vector.seed)
        #expect(key.publicKey.bytes == hex(vector.publicKey))
        #expect(try key.signature(for: hex(vector.message)) == hex(vector.signature))
        #expect(try key.publicKey.isValid(hex(vector.signature), for: hex(vector.message)))
    }

    @Test func `a signature with any bit flipped, for another message, or under another key is refused`() throws {
        let vector = Self.vectors[2]
        let key = try key(vector.seed).publicKey
        let message = hex(vector.message)
        for flipped in flippingEachBit(of: hex(vector.signature)) {
            #expect(try key.isValid(flipped, for: message) == false)
        }
        #expect(try key.isValid(hex(vector.signature), for: message + [0]) == false)
        let other = try #require(Ed25519PublicKey(bytes: hex(Self.vectors[0].publicKey)))
        #expect(try other.isValid(hex(vector.signature), for: message) == false)
    }

    @Test(arguments: [0, 63, 65])
    func `a signature of another length is refused`(count: Int) throws {
        let key = try key(Self.vectors[0].seed).publicKey
        #expect(try key.isValid([UInt8](repeating: 0, count: count), for: []) == false)
    }

    @Test(arguments: [0, 31, 33])
    func `a seed or a public key of another length is none`(count: Int) throws {
        let bytes = [UInt8](repeating: 1, count: count)
        #expect(throws: CryptoError.invalidLength(input: "seed", count: count)) {
            try Ed25519PrivateKey(seed: SecretBytes(copying: bytes))
        }
        #expect(Ed25519PublicKey(bytes: bytes) == nil)
    }
}
