import HallpassCore
import Testing

struct `An identifier` {
    @Test(arguments: ["a", "0", "acme", "crm-mcp", "a.b_c-9", "9-", "a..b", String(repeating: "z", count: 64)])
    func `is accepted unchanged`(text: String) {
        #expect(TenantID(text)?.rawValue == text)
    }

    @Test(arguments: [
        "", "-a", "_a", ".a", "..", "A", "aB", "a b", " a", "a ", "a/b", "a@b", "a:b", "a%2f", "a\n", "a\0", "é", "ａ",
        "a\u{301}", String(repeating: "z", count: 65),
    ])
    func `is refused outside its alphabet, its first letter or its length`(text: String) {
        #expect(TenantID(text) == nil)
    }

    /// Every byte, in the first place and after it.
    @Test func `has exactly the alphabet it says`() throws {
        let first = Set("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let later = first.union("-_.".utf8)
        for byte in UInt8.min...0x7F {
            let text = String(UnicodeScalar(byte))
            #expect((ConnectorID(text) != nil) == first.contains(byte), "byte \(byte) first")
            #expect((ConnectorID("a" + text) != nil) == later.contains(byte), "byte \(byte) after a letter")
        }
    }

    @Test(arguments: [(63, true), (64, true), (65, false)])
    func `has at most 64 bytes`(count: Int, isAccepted: Bool) {
        #expect((ClientID(String(repeating: "a", count: count)) != nil) == isAccepted)
    }
}
