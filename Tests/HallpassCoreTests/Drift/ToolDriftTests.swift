import HallpassCore
import StrictJSON
import Testing

/// What a running server shows, against what is registered.
struct ToolDriftTests {
    private static let schema: JSONValue = [
        "type": "object", "required": ["body", "idempotency_key"],
        "properties": ["body": ["type": "string"], "idempotency_key": ["type": "string"]],
    ]
    private static let tool = Tool(
        name: "add_note", description: "Attach a note.", effect: .write, scopes: .empty, inputSchema: schema)

    private static func observed(_ description: String?, _ schema: JSONValue?) -> ToolDefinition {
        ToolDefinition(name: "add_note", description: description, inputSchema: schema?.objectValue)
    }

    private static func drift(_ observed: ToolDefinition) -> ToolDrift? {
        ToolDrift.between([tool], [observed]).first
    }

    @Test func `the same words and schema are the same, in whatever order the members stand`() {
        let reordered: JSONValue = [
            "properties": ["idempotency_key": ["type": "string"], "body": ["type": "string"]],
            "required": ["body", "idempotency_key"], "type": "object",
        ]
        #expect(Self.drift(Self.observed("Attach a note.", reordered))?.state == .same)
    }

    @Test func `a changed word and a changed bound are told with their places`() throws {
        let changed: JSONValue = [
            "type": "object", "required": ["body", "idempotency_key"],
            "properties": [
                "body": ["type": "string", "default": "x"], "idempotency_key": ["type": "string"], "to": [:],
            ],
        ]
        let drift = try #require(Self.drift(Self.observed("Attach a note to everyone.", changed)))
        #expect(drift.state == .changed)
        #expect(
            drift.changes.map(\.pointer.description) == [
                "/description", "/input_schema/properties/body/default", "/input_schema/properties/to",
            ])
    }

    @Test func `texts that only look alike are a change`() {
        let tool = Tool(name: "t", description: "caf\u{E9}", effect: .read, scopes: .empty)
        let seen = ToolDefinition(name: "t", description: "cafe\u{301}", inputSchema: nil)
        #expect(ToolDrift.between([tool], [seen]).first?.state == .changed)
        #expect(ToolDefinition(of: tool).digest != seen.digest)
    }

    @Test func `a server that knows nothing of idempotency keys has not drifted`() throws {
        let without: JSONValue = [
            "type": "object", "required": ["body"], "properties": ["body": ["type": "string"]],
        ]
        let drift = try #require(Self.drift(Self.observed("Attach a note.", without)))
        #expect(drift.state == .same)
        let changed = try #require(Self.drift(Self.observed("Another.", without)))
        #expect(changed.changes.map(\.pointer.description) == ["/description"])
        #expect(changed.observed?.inputSchema?["properties"]?.objectValue?["idempotency_key"] != nil)
    }

    @Test func `what is new and what is gone are told by name`() {
        let new = ToolDefinition(name: "export_all", description: nil, inputSchema: nil)
        let drifts = ToolDrift.between([Self.tool], [new])
        #expect(drifts.map(\.state) == [.removed, .new])
        #expect(drifts.map(\.name) == ["add_note", "export_all"])
    }

    @Test func `an empty description is none`() {
        let tool = Tool(name: "t", effect: .read, scopes: .empty)
        #expect(
            ToolDrift.between([tool], [ToolDefinition(name: "t", description: "", inputSchema: nil)]).first?.state
                == .same)
    }
}
