import HallpassCore
import Testing

struct IdempotencyKeyRecipeTests {
    private func key(_ tool: ToolName, _ entity: String, _ turn: String) -> String? {
        IdempotencyKey.recipe(tool: tool, entity: entity, turn: turn)?.rawValue
    }

    @Test func `the recipe is the documented one`() {
        #expect(key("add_note", "c-17", "42") == "add_note:c-17:turn-42")
        #expect(key("add_note", "c-17", "turn-42") == "add_note:c-17:turn-42")
        #expect(key("issue_refund", "p-1", "evt_9") == "issue_refund:p-1:evt_9")
    }

    @Test func `no two effects share a key because of a colon in a name`() {
        let keys = [key("t", "a:b", "c"), key("t", "a", "b:c"), key("t", "a%3Ab", "c"), key("t:a", "b", "c")]
        #expect(Set(keys.compactMap(\.self)).count == 4)
        #expect(key("t", "a:b", "c") == "t:a%3Ab:c")
    }

    @Test func `a key never grows past what a key may be`() {
        let long = String(repeating: "x", count: 10_000)
        for entity in [String(repeating: "x", count: 240), String(repeating: "x", count: 246), long] {
            let key = key("t", entity, "1")
            #expect((1...255).contains(key?.utf8.count ?? 0))
        }
        #expect(key("t", String(repeating: "x", count: 246), "1")?.utf8.count == 255)
        #expect(key("t", String(repeating: "x", count: 247), "1")?.hasPrefix("t:sha256-") == true)
        #expect(key("t", long, "1") != key("t", long, "2"))
        #expect(key("t", long, "1") == key("t", long, "1"))
    }

    @Test(arguments: [("", "1"), ("a", ""), ("a\n", "1"), ("a", "\u{7F}")])
    func `what cannot stand in a key is no part of one`(entity: String, turn: String) {
        #expect(key("t", entity, turn) == nil)
    }
}
