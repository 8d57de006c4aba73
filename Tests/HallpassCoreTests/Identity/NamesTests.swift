import HallpassCore
import Testing

struct `A deployment's name` {
    @Test func `is its connector and its environment with one sign between`() throws {
        let text = "crm-mcp@prod"
        let id = try #require(DeploymentID(text))
        #expect(id.connector == "crm-mcp")
        #expect(id.environment == "prod")
        #expect(id.text == text)
        #expect(DeploymentID(connector: "crm-mcp", environment: "prod") == id)
    }

    @Test(arguments: ["", "@", "crm-mcp", "crm-mcp@", "@prod", "a@b@c", "a@@b", "A@b", "a@B", "a @b", "a@b ", "a＠b"])
    func `is refused where a part is missing, malformed or one too many`(text: String) {
        #expect(DeploymentID(text) == nil)
    }

    /// As parts, not as text: `-` and `.` sort before `@`.
    @Test func `sorts by connector and then by environment`() {
        let sorted: [DeploymentID] = ["a@prod", "a-b@dev", "a.b@dev", "b@a"]
        #expect(sorted.shuffled().sorted() == sorted)
    }
}

struct `The subject of a grant` {
    @Test func `is a user or a group`() {
        #expect(GrantSubject("user:alice") == .user("alice"))
        #expect(GrantSubject("group:support") == .group("support"))
        #expect(GrantSubject("user:group:x") == .user("group:x"))
        #expect(GrantSubject("user: a") == .user(" a"))
    }

    @Test(arguments: ["user:alice", "group:support", "user:https://idp/alice", "group:Zoë"])
    func `is written as it was read`(text: String) {
        #expect(GrantSubject(text)?.text == text)
    }

    @Test(arguments: ["", ":", "user", "user:", "group:", ":alice", "User:alice", "agent:x", "user :a", "user:a\n"])
    func `is refused without a known kind and a name`(text: String) {
        #expect(GrantSubject(text) == nil)
    }

    @Test func `has a name of at most 255 bytes`() {
        #expect(GrantSubject("user:" + String(repeating: "a", count: 255)) != nil)
        #expect(GrantSubject("user:" + String(repeating: "a", count: 256)) == nil)
    }
}

struct `A resource URI` {
    @Test(arguments: [
        "https://crm.example/mcp", "http://localhost:8080", "urn:example:crm", "a:b", "A+b-c.1:x", "https://x/?a=b&c=d",
        "https://x/%20",
    ])
    func `is absolute and kept as it is`(text: String) {
        #expect(ResourceURI(text)?.rawValue == text)
    }

    @Test(arguments: [
        "", ":", "https", "https:", ":b", "//crm.example/mcp", "/mcp", "1a:b", "+a:b", "a_b:c", "a b:c",
        "https://x/#", "https://x/#frag", "https://x/ y", "https://é", "https://x/\"", "https://x/\\", "https://x\n",
    ])
    func `is refused without a scheme, with a fragment, or outside visible ASCII`(text: String) {
        #expect(ResourceURI(text) == nil)
    }

    @Test(arguments: [(511, true), (512, true), (513, false)])
    func `has at most 512 bytes`(count: Int, isAccepted: Bool) {
        #expect((ResourceURI("a:" + String(repeating: "b", count: count - 2)) != nil) == isAccepted)
    }

    @Test func `is compared byte for byte`() {
        #expect(ResourceURI("https://x") != ResourceURI("https://x/"))
        #expect(ResourceURI("https://x") != ResourceURI("HTTPS://x"))
        #expect(ResourceURI("https://x/%7e") != ResourceURI("https://x/~"))
    }
}

struct `A tool's name` {
    @Test(arguments: [(0, false), (1, true), (128, true), (129, false)])
    func `has 1 to 128 bytes`(count: Int, isAccepted: Bool) {
        #expect((ToolName(String(repeating: "t", count: count)) != nil) == isAccepted)
    }

    @Test(arguments: ["add_note", "crm/add.note:v2", "~", "A"])
    func `is accepted unchanged`(text: String) {
        #expect(ToolName(text)?.rawValue == text)
    }

    @Test(arguments: ["a b", "a\"", "a\\", "a\n", "é", "\u{7F}"])
    func `is refused outside visible ASCII`(text: String) {
        #expect(ToolName(text) == nil)
    }

    @Test func `is compared byte for byte`() {
        #expect(ToolName("add_note") != ToolName("Add_note"))
    }
}
