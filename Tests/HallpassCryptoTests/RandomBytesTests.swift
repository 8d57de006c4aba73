import HallpassCrypto
import Testing

struct RandomBytesTests {
    @Test(arguments: [0, 1, 16, 4_096])
    func `as many bytes come as were asked for`(count: Int) throws {
        #expect(try RandomBytes.generate(count: count).count == count)
    }

    @Test func `a thousand draws of 128 bits all differ`() throws {
        let draws = try (0..<1_000).map { _ in try RandomBytes.generate(count: 16) }
        #expect(Set(draws).count == draws.count)
    }

    /// A generator that fills only part of the buffer leaves some position at zero in every draw.
    @Test func `every position is filled`() throws {
        var seen = [UInt8](repeating: 0, count: 32)
        for _ in 0..<64 {
            for (position, byte) in try RandomBytes.generate(count: 32).enumerated() { seen[position] |= byte }
        }
        #expect(!seen.contains(0))
    }

    @Test(arguments: [-1, Int(Int32.max) + 1])
    func `a count libcrypto cannot take is refused before memory is`(count: Int) {
        #expect(throws: CryptoError.invalidLength(input: "random bytes", count: count)) {
            try RandomBytes.generate(count: count)
        }
    }
}
