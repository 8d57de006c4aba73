import Testing

@testable import HallpassCrypto

struct PasswordHashTests {
    private static func cheap() throws -> Scrypt.Cost {
        try #require(Scrypt.Cost(log2N: 4, blockSize: 8, parallelism: 1))
    }

    private static func password(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

    @Test func `a password matches its own hash and no other does`() throws {
        let hash = try PasswordHash(Self.password("right"), cost: Self.cheap())
        let isRight = try hash.matches(Self.password("right"))
        #expect(isRight)
        for wrong in ["", "Right", "right ", "righ"] {
            let matches = try hash.matches(Self.password(wrong))
            #expect(!matches, "\(wrong)")
        }
    }

    @Test func `the same password is hashed differently each time`() throws {
        let cost = try Self.cheap()
        let first = try PasswordHash(Self.password("right"), cost: cost)
        let second = try PasswordHash(Self.password("right"), cost: cost)
        #expect(first != second)
    }

    @Test func `what is stored reads back, with its cost`() throws {
        let hash = try PasswordHash(Self.password("right"), cost: Self.cheap())
        #expect(hash.text.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
        #expect(!hash.text.contains("right"))
        let stored = try #require(PasswordHash(hash.text))
        #expect(stored == hash)
        let isRight = try stored.matches(Self.password("right"))
        #expect(isRight)
    }

    @Test(arguments: [
        "", "$scrypt$", "$scrypt$ln=4,r=8,p=1$AAAA", "$scrypt$ln=99,r=8,p=1$AAAA$", "$argon2id$ln=4,r=8,p=1$AAAA$AAAA",
        "$scrypt$r=8,ln=4,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "x$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ])
    func `what is none is not read`(text: String) { #expect(PasswordHash(text) == nil) }

    @Test func `a decoy has the cost and matches nothing`() throws {
        let cost = try Self.cheap()
        let decoy = try PasswordHash.decoy(cost: cost)
        #expect(decoy.cost == cost)
        let matches = try decoy.matches(Self.password(""))
        #expect(!matches)
    }
}
