import HallpassCore
import StrictJSON
import Testing

struct ToolListTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func list(_ id: DeploymentID = "crm-mcp@prod") throws -> ToolList { try fixture.snapshot.tools(of: id) }

    private func names(_ list: ToolList) -> [String] {
        list.tools.compactMap { $0.objectValue?["name"]?.stringValue }
    }

    @Test func `only what is on the allow-list is listed, in the order it was registered`() throws {
        #expect(try names(list()) == ["find_contact", "add_note", "ping"])
    }

    @Test func `without an allow-list only what reads is listed, and only where its scopes are in reach`() throws {
        var fixture = fixture
        for (scopes, expected) in [("contacts:read", ["find_contact"]), ("notes:write", [])] {
            fixture.registry.deployments["crm-mcp@prod"] = Deployment(
                id: "crm-mcp@prod", authMode: .none, scopes: Fixture.scopes(scopes), tokenLifetimeSeconds: 60)
            #expect(try names(fixture.snapshot.tools(of: "crm-mcp@prod")) == expected)
        }
    }

    @Test func `what a person may lift is no part of the schema that a model keeps to`() throws {
        var fixture = fixture
        let refusal = ConstraintRefusal(
            code: "LIMIT", message: "m", isRetryable: false, suggestedAction: "route_to_human_approval")
        let whenViolated = try #require(refusal)
        for (approval, isListed) in [(nil, true), (.offer, false), (.required, false)] as [(ConstraintApproval?, Bool)]
        {
            fixture.registry.deployments["billing-mcp@prod"] = Deployment(
                id: "billing-mcp@prod", authMode: .none, scopes: "refunds:write", tokenLifetimeSeconds: 60,
                allowedTools: ["issue_refund"],
                constraints: [
                    Constraint(
                        tool: "issue_refund", schema: ["properties": ["amount_cents": ["maximum": 50_000]]],
                        whenViolated: whenViolated, approval: approval)
                ])
            let list = try fixture.snapshot.tools(of: "billing-mcp@prod")
            #expect(String(decoding: list.tools[0].serialized(), as: UTF8.self).contains("50000") == isListed)
        }
    }

    @Test func `the hints say what the effect is`() throws {
        let hints = try list().tools.compactMap { $0.objectValue?["annotations"] }
        #expect(hints[0] == ["readOnlyHint": true, "destructiveHint": false, "idempotentHint": true])
        #expect(hints[1] == ["readOnlyHint": false, "destructiveHint": false, "idempotentHint": false])
    }

    @Test func `the digest names the content and nothing else`() throws {
        let digest = try list().digest
        #expect(digest.utf8.count == 43)
        #expect(try list().digest == digest)
        var fixture = fixture
        fixture.registry.revision += 1
        #expect(try fixture.snapshot.tools(of: "crm-mcp@prod").digest == digest)
        let connector = try #require(fixture.registry.connectors["crm-mcp"])
        let tools = connector.tools.map { tool in
            Tool(name: tool.name, description: "Another.", effect: tool.effect, scopes: tool.scopes)
        }
        fixture.registry.connectors["crm-mcp"] = Connector(
            id: connector.id, resource: connector.resource, tools: tools)
        #expect(try fixture.snapshot.tools(of: "crm-mcp@prod").digest != digest)
    }

    @Test(
        arguments: [
            ("nowhere@prod", HallpassError.unknownConnector), ("crm-mcp@nowhere", .unknownEnvironment),
            ("crm-mcp@dev", .unknownConnector),
        ] as [(DeploymentID, HallpassError)])
    func `what is not deployed is not known`(id: DeploymentID, error: HallpassError) {
        #expect(throws: error) { try fixture.snapshot.tools(of: id) }
    }

    @Test func `what has no description gets one from its schema, the same every time`() throws {
        var fixture = fixture
        let schema: JSONValue = [
            "type": "object", "required": ["payment_id", "idempotency_key"],
            "properties": [
                "payment_id": ["type": "string", "minLength": 1, "maxLength": 64],
                "idempotency_key": ["type": "string"],
                "reason": ["enum": ["duplicate", "fraud", "other"]],
                "amount": ["type": "number", "minimum": 1, "maximum": 50, "description": "In euros."],
                "lines": [
                    "type": "array", "maxItems": 3,
                    "items": ["type": "object", "properties": ["at": ["type": "string", "format": "date-time"]]],
                ],
                "anything": [:],
            ],
        ]
        fixture.registry.connectors["billing-mcp"] = Connector(
            id: "billing-mcp", resource: "https://billing.example/mcp",
            tools: [Tool(name: "issue_refund", effect: .write, scopes: "refunds:write", inputSchema: schema)])
        let tool = try #require(try fixture.snapshot.tools(of: "billing-mcp@prod").tools.first?.objectValue)
        #expect(
            tool["description"]
                == .string(
                    "Changes something. Takes payment_id and idempotency_key, and may take reason, amount, lines and anything."
                ))
        let properties = try #require(tool["inputSchema"]?.objectValue?["properties"]?.objectValue)
        func description(_ name: String) -> String? { properties[name]?.objectValue?["description"]?.stringValue }
        #expect(description("payment_id") == "Text, 1 to 64 characters.")
        #expect(
            description("idempotency_key")
                == "Names the intended effect: the same for every retry of it, another for any other.")
        #expect(description("reason") == "One of duplicate, fraud or other.")
        #expect(description("amount") == "In euros.")
        #expect(description("lines") == "A list of objects, at most 3 elements.")
        #expect(description("anything") == nil)
        let items = properties["lines"]?.objectValue?["items"]?.objectValue?["properties"]?.objectValue
        #expect(
            items?["at"]?.objectValue?["description"]?.stringValue == "A date and time such as 2026-11-21T03:04:05Z.")
    }
}
