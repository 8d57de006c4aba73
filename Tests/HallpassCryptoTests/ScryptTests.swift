import Testing

@testable import HallpassCrypto

struct ScryptTests {
    struct Vector: Sendable {
        let password: String
        let salt: String
        let log2N: Int
        let blockSize: Int
        let parallelism: Int
        let derived: String
    }

    /// RFC 7914 section 12, but the last, which takes a gibibyte.
    static let rfc7914: [Vector] = [
        Vector(
            password: "", salt: "", log2N: 4, blockSize: 1, parallelism: 1,
            derived: """
                77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442
                fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906
                """),
        Vector(
            password: "password", salt: "NaCl", log2N: 10, blockSize: 8, parallelism: 16,
            derived: """
                fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162
                2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
                """),
        Vector(
            password: "pleaseletmein", salt: "SodiumChloride", log2N: 14, blockSize: 8, parallelism: 1,
            derived: """
                7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2
                d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887
                """),
    ]

    @Test(arguments: rfc7914)
    func `the keys of RFC 7914 come out`(vector: Vector) throws {
        let cost = try #require(
            Scrypt.Cost(log2N: vector.log2N, blockSize: vector.blockSize, parallelism: vector.parallelism))
        let derived = try Scrypt.deriveKey(
            from: SecretBytes(copying: Array(vector.password.utf8)), salt: Array(vector.salt.utf8), cost: cost,
            count: 64)
        #expect(derived.revealed == hex(vector.derived))
    }

    @Test(arguments: [
        (0, 8, 1, false), (1, 8, 1, true), (24, 8, 1, false), (20, 8, 1, true), (21, 8, 1, false), (15, 1, 1, true),
        (16, 1, 1, false), (10, 0, 1, false), (10, 8, 0, false), (10, 8, 64, true), (10, 8, 65, false),
    ])
    func `a cost is one that the algorithm knows and a machine can pay`(
        log2N: Int, blockSize: Int, parallelism: Int, isGood: Bool
    ) {
        #expect((Scrypt.Cost(log2N: log2N, blockSize: blockSize, parallelism: parallelism) != nil) == isGood)
    }

    @Test func `the memory that is allowed is enough for the standard cost`() throws {
        let derived = try Scrypt.deriveKey(
            from: SecretBytes(copying: [1]), salt: [2], cost: .standard, count: 32)
        #expect(derived.count == 32)
        #expect(Scrypt.Cost.standard.memoryBytes >> 20 == 32)
    }

    @Test func `a key of no bytes is refused`() {
        #expect(throws: CryptoError.invalidLength(input: "derived key", count: 0)) {
            try Scrypt.deriveKey(from: SecretBytes(copying: [1]), salt: [2], cost: .standard, count: 0)
        }
    }
}
