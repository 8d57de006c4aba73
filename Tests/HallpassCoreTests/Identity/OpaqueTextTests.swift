import HallpassCore
import Testing

struct `An opaque text` {
    @Test(arguments: ["a", " ", "alice@example.com", "Zoë Ünal", "группа", "user:alice", "\"\\", "👩‍👩‍👧"])
    func `is accepted unchanged`(text: String) throws {
        #expect(try #require(Subject(text)).rawValue.utf8.elementsEqual(text.utf8))
    }

    @Test(arguments: [(0, false), (1, true), (254, true), (255, true), (256, false)])
    func `has 1 to 255 bytes`(count: Int, isAccepted: Bool) {
        #expect((Subject(String(repeating: "a", count: count)) != nil) == isAccepted)
    }

    @Test func `counts bytes, not characters`() {
        #expect(Subject(String(repeating: "é", count: 127)) != nil)
        #expect(Subject(String(repeating: "é", count: 128)) == nil)
    }

    @Test func `has no control character`() {
        for byte in UInt8.min...0x7F {
            let isControl = byte < 0x20 || byte == 0x7F
            #expect((GroupName("a" + String(UnicodeScalar(byte))) == nil) == isControl, "byte \(byte)")
        }
    }

    @Test func `is another one where its bytes differ, however alike they look`() {
        let composed: Subject = "caf\u{E9}"
        let decomposed: Subject = "cafe\u{301}"
        #expect(composed.rawValue == decomposed.rawValue)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(decomposed < composed)
        #expect(!(composed < decomposed))
        #expect(Subject("Alice") != Subject("alice"))
    }
}
