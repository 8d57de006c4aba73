import HallpassCore
import StrictJSON
import Testing

@testable import hallpass

struct YAMLSourceTests {
    @Test(
        arguments: [
            ("a: true", true), ("a: false", false), ("a: null", nil), ("a: ~", nil), ("a:", nil),
            ("a: 1", 1), ("a: -1", -1), ("a: 0", 0), ("a: 1e3", 1_000), ("a: 1.0", 1),
            ("a: 9007199254740991", 9_007_199_254_740_991),
            ("a: text", "text"), ("a: 'yes'", "yes"), ("a: \"012\"", "012"), ("a: '1'", "1"), ("a: \"true\"", "true"),
            ("a: contacts:read", "contacts:read"), ("a: 1.2.3", "1.2.3"), ("a: 127.0.0.1", "127.0.0.1"),
            ("a: 2026-11-21", "2026-11-21"), ("a: 2026-11-21T03:04:05Z", "2026-11-21T03:04:05Z"),
            ("a: 3rd", "3rd"), ("a: http://x:1/", "http://x:1/"), ("a: !!str 5", "5"), ("a: |\n  x\n  y\n", "x\ny\n"),
            ("a: [1, two]", [1, "two"]), ("a: {b: {c: []}}", ["b": ["c": []]]),
        ] as [(String, JSONValue)])
    func `a scalar means in JSON what it looks like`(text: String, expected: JSONValue) throws {
        #expect(try value(text) == ["a": expected])
    }

    @Test(arguments: [
        "yes", "no", "on", "off", "y", "N", "Yes", "TRUE", "True", "Null", "NULL", ".inf", "-.INF", ".nan",
        "012", "0x1F", "0o17", "0b101", "1_000", "1:30", "12:30:45", "+1", ".5", "5.", "1e", "-0x1",
    ])
    func `a scalar that readers of YAML understand differently is to be quoted`(text: String) throws {
        let trouble = #expect(throws: ManifestTrouble.self) { try value("x: 1\na: \(text)") }
        #expect(trouble?.rule == "quote")
        #expect(trouble?.line == 2)
    }

    @Test(
        arguments: [
            ("9007199254740991", nil), ("9007199254740992", "range"), ("-9007199254740992", "range"),
            ("1e400", "range"),
        ] as [(String, String?)])
    func `numbers are those that JSON can carry safely`(text: String, rule: String?) {
        #expect(refusal("a: \(text)")?.rule == rule)
    }

    @Test(
        arguments: [
            ("a: 1\nb: 2\na: 3", 1, "duplicate"), ("x:\n  a: 1\n  'a': 2", 2, "duplicate"),
            ("ok: 1\n1: x", 2, "type"), ("ok: 1\ntrue: x", 2, "type"), ("ok: 1\n? [a, b]\n: x", 2, "type"),
            ("ok: 1\n<<: {a: 1}", 2, "type"), ("ok: 1\nyes: x", 2, "quote"),
            ("a: !!binary aGk=", 1, "tag"), ("a: !thing {b: 1}", 1, "tag"), ("a: !!set {b}", 1, "tag"),
            ("a: !!int '5'", 1, "tag"), ("a: !!float 5", 1, "tag"),
            ("a: [1, 2", 2, "syntax"), ("a: b: c", 1, "syntax"), ("a:\n\t- b", 2, "syntax"),
            ("a: *nobody", 1, "syntax"),
            ("a: 1\n---\n- 1\n- 2", 3, "type"), ("a: 1\n---\ntext", 3, "type"),
        ] as [(String, Int, String)])
    func `what has no one meaning in JSON is refused with its line`(text: String, line: Int, rule: String) {
        let trouble = refusal(text)
        #expect(trouble?.rule == rule)
        #expect(trouble?.line == line)
    }

    @Test func `the words of a refusal repeat nothing of the file`() {
        for text in [
            "sesame: 1\nsesame: 2", "sesame: [", "sesame: *sesame", "sesame: !sesame x", "a: 012sesame\n b: c",
        ] {
            #expect(refusal(text).map { !$0.message.contains("sesame") } ?? true)
        }
    }

    @Test func `several documents come in order and empty ones not at all`() throws {
        let values = try YAMLSource.read("---\n# nothing\n---\na: 1\n---\na: 2\n...\n").map(\.value)
        #expect(values == [["a": 1], ["a": 2]])
    }

    @Test func `an alias stands for what its anchor has`() throws {
        #expect(try value("a: &x [1, 2]\nb: *x") == ["a": [1, 2], "b": [1, 2]])
    }

    /// Ten million values from seven lines; empty ones, so that it is their number that counts.
    @Test func `aliases to aliases are refused before they fill the memory`() {
        var text = "a0: &a0 [[], [], [], [], [], [], [], [], [], []]\n"
        for level in 1...6 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(refusal(text)?.rule == "limit")
    }

    @Test func `an alias to a long text repeated often is refused before it fills the memory`() {
        let text = "a: &a \"\(String(repeating: "x", count: Limits.applyBodyBytes / 8))\"\nb: ["
        let list = { (count: Int) in Array(repeating: "*a", count: count).joined(separator: ", ") }
        #expect(refusal(text + list(7) + "]") == nil)
        #expect(refusal(text + list(8) + "]")?.rule == "limit")
    }

    @Test(arguments: [(63, nil), (64, "limit"), (65, "limit"), (900, "limit")] as [(Int, String?)])
    func `nesting ends where that of a JSON file does`(depth: Int, rule: String?) {
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(refusal("- \(text)")?.rule == (rule ?? "type"))
    }

    private func value(_ text: String) throws -> JSONValue? {
        try ManifestFile.documents(of: Array(text.utf8), file: "a.yaml").first?.value
    }

    private func refusal(_ text: String) -> ManifestTrouble? {
        do throws(ManifestTrouble) {
            _ = try ManifestFile.documents(of: Array(text.utf8), file: "a.yaml")
            return nil
        } catch {
            return error
        }
    }
}
