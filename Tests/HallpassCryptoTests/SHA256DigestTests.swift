import HallpassCrypto
import Testing

struct SHA256DigestTests {
    static let bytes = [UInt8](100..<132)

    @Test(arguments: [(count: 0, fits: false), (31, false), (32, true), (33, false), (64, false)])
    func `only 32 bytes make a digest`(count: Int, fits: Bool) {
        #expect((SHA256Digest(bytes: [UInt8](repeating: 1, count: count)) != nil) == fits)
    }

    @Test func `the bytes come back in order, however they are asked for`() throws {
        let digest = try #require(SHA256Digest(bytes: Self.bytes))
        #expect(digest.bytes == Self.bytes)
        #expect(digest.withUnsafeBytes { Array($0) } == Self.bytes)
        var output: [UInt8] = [1, 2]
        digest.append(to: &output)
        #expect(output == [1, 2] + Self.bytes)
    }

    @Test func `a slice and a lazy collection make the same digest as an array`() throws {
        let digest = try #require(SHA256Digest(bytes: Self.bytes))
        #expect(SHA256Digest(bytes: ([0] + Self.bytes)[1...]) == digest)
        #expect(SHA256Digest(bytes: Self.bytes.lazy.map { $0 }) == digest)
    }

    /// Exhaustive, because a comparison of a prefix passes any sampled version of this test.
    @Test func `flipping any bit makes it unequal, by either comparison`() throws {
        let digest = try #require(SHA256Digest(bytes: Self.bytes))
        #expect(digest.constantTimeEquals(digest))
        for flipped in flippingEachBit(of: Self.bytes) {
            let other = try #require(SHA256Digest(bytes: flipped))
            #expect(!digest.constantTimeEquals(other))
            #expect(digest != other)
        }
    }

    @Test func `equal digests are one dictionary key`() throws {
        let digest = try #require(SHA256Digest(bytes: Self.bytes))
        let names = [digest: "first"]
        #expect(names[try #require(SHA256Digest(bytes: Self.bytes))] == "first")
        #expect(names[SHA256.hash(Self.bytes)] == nil)
    }

    @Test func `it takes 32 bytes and no more`() {
        #expect(MemoryLayout<SHA256Digest>.size == SHA256Digest.byteCount)
    }
}
