import HallpassCrypto
import Testing

struct ConstantTimeTests {
    @Test(arguments: [0, 1, 31, 32, 33])
    func `equal bytes are equal and any flipped bit is not`(count: Int) {
        let bytes = [UInt8](repeating: 0xA5, count: count)
        #expect(ConstantTime.equals(bytes, Array(bytes)))
        for flipped in flippingEachBit(of: bytes) {
            #expect(!ConstantTime.equals(bytes, flipped))
        }
    }

    @Test func `a prefix is not equal to the whole`() {
        let bytes = [UInt8](repeating: 0, count: 32)
        for count in 0..<32 {
            #expect(!ConstantTime.equals(bytes, Array(bytes.prefix(count))))
            #expect(!ConstantTime.equals(Array(bytes.prefix(count)), bytes))
        }
    }
}
