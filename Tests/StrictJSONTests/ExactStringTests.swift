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
        #expect(ExactString("").hashValue == ExactString(String(long.prefix(0))).hashValue)
    }
}
