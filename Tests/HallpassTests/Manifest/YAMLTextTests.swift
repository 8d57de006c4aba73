import StrictJSON
import Testing

@testable import hallpass

struct YAMLTextTests {
    private static let hard: [String] = [
        "", "yes", "no", "null", "~", "true", "1", "012", "1e3", "0x1", "1:30", "- a", "a: b", "a #b", "#", "*a", "&a",
        "!t",
        "%", "@", "`", "'", "\"", "{", "[", "two\nlines", "tab\there", " lead", "trail ", "\u{1B}[31m",
        "ünïcode", "日本",
        "\u{2028}", "---", "...", "<<", "contacts:read", "2026-11-21T03:04:05Z", "a\\b", ".inf", "=", "?", ":",
    ]

    @Test func `what is written as YAML is read back as it was`() throws {
        let documents: [JSONValue] = [
            ["strings": .array(Self.hard.map(JSONValue.string)), "empty": [], "none": [:], "deep": [[["x"]]]],
            .object(
                Self.hard.reduce(into: JSONObject()) { object, name in object[name] = .string(name) }),
            [
                "numbers": [0, -1, 9_007_199_254_740_991, .number(1.5), .number(1e300), .number(-2.5e-10)], "b": true,
                "n": nil,
            ],
        ]
        let text = try YAMLText.write(documents)
        let read = try ManifestFile.documents(of: Array(text.utf8), file: "a.yaml").map(\.value)
        #expect(read == documents)
    }

    @Test func `one document stands without a mark and plain text without quotes`() throws {
        let text = try YAMLText.write([["kind": "Environment", "id": "prod", "protected": true]])
        #expect(text == "kind: Environment\nid: prod\nprotected: true\n")
    }
}
