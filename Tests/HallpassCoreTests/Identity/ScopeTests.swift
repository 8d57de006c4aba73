import HallpassCore
import Testing

struct `A scope` {
    /// RFC 6749 section 3.3: %x21 / %x23-5B / %x5D-7E.
    @Test func `has exactly the alphabet of RFC 6749`() {
        for byte in UInt8.min...0x7F {
            let isAllowed = byte == 0x21 || (0x23...0x5B).contains(byte) || (0x5D...0x7E).contains(byte)
            #expect((Scope(String(UnicodeScalar(byte))) != nil) == isAllowed, "byte \(byte)")
        }
        #expect(Scope("é") == nil)
    }

    @Test(arguments: [(0, false), (1, true), (127, true), (128, true), (129, false)])
    func `has 1 to 128 bytes`(count: Int, isAccepted: Bool) {
        #expect((Scope(String(repeating: "s", count: count)) != nil) == isAccepted)
    }
}

struct `A set of scopes` {
    @Test(arguments: [("", ""), ("a", "a"), ("b a", "a b"), ("a a", "a"), ("a:read a", "a a:read")])
    func `is read from its text and written sorted, each once`(text: String, expected: String) {
        #expect(ScopeSet(spaceSeparated: text)?.spaceSeparated == expected)
    }

    @Test(arguments: [" ", " a", "a ", "a  b", "a\tb", "a\"", "a,é", "a\n"])
    func `is refused where a token is malformed or a space stands wrong`(text: String) {
        #expect(ScopeSet(spaceSeparated: text) == nil)
    }

    @Test(arguments: [(63, true), (64, true), (65, false)])
    func `has at most 64 tokens`(count: Int, isAccepted: Bool) {
        let text = (0..<count).map { "s\($0)" }.joined(separator: " ")
        #expect(ScopeSet(spaceSeparated: text)?.scopes.count == (isAccepted ? count : nil))
    }

    @Test func `does what sets do`() {
        let left: ScopeSet = "a b c"
        let right: ScopeSet = "c d"
        #expect(left.intersection(right) == "c")
        #expect(left.union(right) == "a b c d")
        #expect(left.subtracting(right) == "a b")
        #expect(!left.isSubset(of: right))
        #expect(ScopeSet.empty.isSubset(of: right))
        #expect(left.intersection(right).isSubset(of: left))
        #expect(ScopeSet.empty.isEmpty)
        #expect(!left.isEmpty)
    }
}
