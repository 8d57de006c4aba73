import Testing

@testable import hallpass

struct SettingTests {
    @Test(arguments: [
        ("1", true), ("65535", true), ("08", true), ("0", false), ("65536", false), ("", false), ("-1", false),
        ("+1", false), ("1.0", false), ("0x10", false), (" 1", false), ("1 ", false), ("٣", false),
        ("99999999999999999999", false),
    ])
    func `a whole number is digits within its range`(text: String, isAccepted: Bool) {
        #expect(Setting.Rule.integer(1...65_535).accepts(text) == isAccepted)
    }

    @Test(arguments: [
        ("https://broker.example", true), ("http://127.0.0.1:8080", true), ("http://[::1]:8080", true),
        ("https://example.com/hallpass", true),
        ("https://broker.example/", false), ("https://", false), ("https:///x", false), ("ftp://broker.example", false),
        ("broker.example", false), ("https://broker.example?x", false), ("https://broker.example#x", false),
        ("https://user@broker.example", false), ("https://broker example", false), ("HTTPS://broker.example", false),
        ("https://bröker.example", false), ("", false),
    ])
    func `an origin is a URL that paths can be appended to`(text: String, isAccepted: Bool) {
        #expect(Setting.Rule.origin.accepts(text) == isAccepted)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("::1", true), ("localhost", true), ("", false), ("a b", false), ("a/b", false),
        ("a\nb", false),
    ])
    func `a host is one word`(text: String, isAccepted: Bool) {
        #expect(Setting.Rule.host.accepts(text) == isAccepted)
    }

    @Test(arguments: [("json", true), ("human", true), ("JSON", false), ("jso", false), ("", false)])
    func `a choice is one of its words`(text: String, isAccepted: Bool) {
        #expect(Setting.Rule.choice(["json", "human"]).accepts(text) == isAccepted)
    }

    @Test(arguments: ServerSettings.table)
    func `every default that is a value keeps its own rule`(setting: Setting) {
        guard case .value(let text) = setting.standard else { return }
        #expect(setting.rule.accepts(text))
    }
}

extension Setting: CustomTestStringConvertible {
    var testDescription: String { name }
}
