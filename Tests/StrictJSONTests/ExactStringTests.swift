import Testing

@testable import StrictJSON

struct ExactStringTests {
    /// Each pair is equal to `String`; the last two have the same length in bytes as well.
    @Test(arguments: [("\u{E9}", "e\u{301}"), ("\u{212B}", "A\u{30A}"), ("\u{1E0B}\u{323}", "\u{1E0D}\u{307}")])
    func `strings that only normalisation makes equal are different`(left: String, right: String) {
        #expect(left == right)
        #expect(ExactString(left) != ExactString(right))
        #expect(JSONValue.string(left) != JSONValue.string(right))
        #expect(Set([ExactString(left), ExactString(right)]).count == 2)
        #expect(JSONPointer(tokens: [left]) != JSONPointer(tokens: [right]))
    }

    @Test func `equal bytes are equal strings however they came about`() {
        let long = String(repeating: "é", count: 100)
        #expect(ExactString(long) == ExactString(String(decoding: Array(long.utf8), as: UTF8.self)))
        #expect(ExactString("abc") == ExactString(String("xabc".dropFirst())))
        #expect(ExactString("abc") != ExactString("abd"))
        #expect(ExactString("") == ExactString(String(long.prefix(0))))
        #expect(ExactString("").hashValue == ExactString(String(long.prefix(0))).hashValue)
    }

    /// They are compared some at a time, so that each length has its own way to forget one.
    @Test(arguments: 0..<40)
    func `a difference is seen wherever it stands`(length: Int) {
        let bytes = (0..<length).map { UInt8(0x61 + $0 % 26) }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasSameBytes(as: String(decoding: bytes, as: UTF8.self)))
        #expect(!text.hasSameBytes(as: text + "x"))
        for position in 0..<length {
            var changed = bytes
            changed[position] ^= 0x20
            #expect(!text.hasSameBytes(as: String(decoding: changed, as: UTF8.self)))
        }
    }
}
