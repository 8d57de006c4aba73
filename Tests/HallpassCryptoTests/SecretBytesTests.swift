import HallpassCrypto
import Testing

struct SecretBytesTests {
    struct Holder {
        let name = "holder"
        let secret = SecretBytes(copying: Array("swordfish".utf8))
    }

    private struct Refusal: Error {}

    @Test func `the bytes are those that were given`() {
        let secret = SecretBytes(copying: [1, 2, 3])
        #expect(secret.count == 3)
        #expect(secret.revealed == [1, 2, 3])
    }

    @Test func `memory to fill starts as zeros`() {
        var found: [UInt8] = []
        let secret = SecretBytes(count: 64) { target in
            found = Array(target)
            target[0] = 9
        }
        #expect(found == [UInt8](repeating: 0, count: 64))
        #expect(secret.revealed == [9] + [UInt8](repeating: 0, count: 63))
    }

    @Test func `a refusal while filling gives no secret`() {
        #expect(throws: Refusal.self) {
            try SecretBytes(count: 8) { (_) throws(Refusal) in throw Refusal() }
        }
    }

    @Test func `no way of printing or reflecting shows the content`() {
        let holder = Holder()
        var dumped = ""
        dump(holder, to: &dumped)
        let texts = [
            "\(holder.secret)", String(reflecting: holder.secret), "\(holder)", String(reflecting: holder),
            String(describing: Optional(holder.secret)), "\([holder.secret])", dumped,
        ]
        for text in texts {
            #expect(text.contains("<redacted>"))
            #expect(!text.contains("swordfish") && !text.contains("115"))
        }
        #expect(Mirror(reflecting: holder.secret).children.isEmpty)
    }

    @Test func `it can be neither compared with == nor encoded`() {
        let secret: Any = SecretBytes(copying: [1])
        #expect(!(secret is any Equatable))
        #expect(!(secret is any Encodable))
    }

    @Test(
        arguments: [
            (left: [], right: [], equal: true), ([1], [1], true), ([1], [2], false), ([1], [1, 0], false),
            ([], [0], false),
        ] as [(left: [UInt8], right: [UInt8], equal: Bool)])
    func `constant-time comparison answers rightly`(left: [UInt8], right: [UInt8], equal: Bool) {
        #expect(SecretBytes(copying: left).constantTimeEquals(SecretBytes(copying: right)) == equal)
        #expect(ConstantTime.equals(left, right) == equal)
    }

    @Test func `random secrets differ and have the length asked for`() throws {
        let secrets = try (0..<100).map { _ in try SecretBytes.random(count: 32).revealed }
        #expect(Set(secrets).count == 100)
        #expect(secrets.allSatisfy { $0.count == 32 })
        #expect(try SecretBytes.random(count: 0).count == 0)
        #expect(throws: CryptoError.invalidLength(input: "random bytes", count: -1)) {
            try SecretBytes.random(count: -1)
        }
    }
}
