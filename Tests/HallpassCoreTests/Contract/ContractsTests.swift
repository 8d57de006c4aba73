import HallpassCore
import StrictJSON
import Testing

/// Schemas and constraints, asked at mint and at verify alike.
struct ContractsTests {
    var fixture: Fixture

    init() throws {
        fixture = try Fixture()
        let connector = try #require(fixture.registry.connectors["billing-mcp"])
        let schema: JSONValue = [
            "type": "object", "required": ["amount_cents", "currency"], "additionalProperties": false,
            "properties": [
                "amount_cents": ["type": "integer", "minimum": 1], "currency": ["enum": ["EUR", "USD"]],
                "idempotency_key": ["type": "string"],
            ],
        ]
        let tool = Tool(name: "issue_refund", effect: .write, scopes: "refunds:write", inputSchema: schema)
        fixture.registry.connectors["billing-mcp"] = Connector(
            id: connector.id, resource: connector.resource, tools: [tool])
        let old = try #require(fixture.registry.deployments["billing-mcp@prod"])
        fixture.registry.deployments["billing-mcp@prod"] = Deployment(
            id: old.id, authMode: old.authMode, scopes: old.scopes, tokenLifetimeSeconds: 60,
            allowedTools: old.allowedTools, constraints: [try Self.atMost(50_000, "REFUND_EXCEEDS_LIMIT")])
        fixture.registry.grants["alice-refunds"] = Grant(
            id: "alice-refunds", subject: .user("alice"), deployment: "billing-mcp@prod", scopes: "refunds:write")
        fixture.registry.grants["interns-refunds"] = Grant(
            id: "interns-refunds", subject: .group("interns"), deployment: "billing-mcp@prod", scopes: "refunds:write",
            constraints: [try Self.atMost(1_000, "INTERN_LIMIT")])
        fixture.registry.grants["leads-refunds"] = Grant(
            id: "leads-refunds", subject: .group("leads"), deployment: "billing-mcp@prod", scopes: "refunds:write")
    }

    private static func atMost(_ cents: Int64, _ code: String) throws -> Constraint {
        let refusal = ConstraintRefusal(
            code: code, message: "Over the limit.", isRetryable: false, suggestedAction: "route_to_human_approval")
        return Constraint(
            tool: "issue_refund", schema: ["properties": ["amount_cents": ["maximum": .integer(cents)]]],
            whenViolated: try #require(refusal))
    }

    private func error(_ arguments: JSONValue, by actor: Actor = Fixture.actor("alice")) throws -> HallpassError? {
        var request = MintRequest(
            actor: actor, act: ActorChain("agent"), target: .connector("billing-mcp"), environment: "prod")
        request.tool = "issue_refund"
        request.arguments = arguments.objectValue
        do throws(Refusal) {
            _ = try MintPolicy.decide(request, in: fixture.snapshot, nowSeconds: Fixture.now)
            return nil
        } catch {
            return error.error
        }
    }

    private func refund(_ cents: Int64) -> JSONValue { ["amount_cents": .integer(cents), "currency": "EUR"] }

    @Test func `every violation of the schema is told at once, with the values that would do`() throws {
        let error = try error(["amount_cents": 0, "currency": "GBP", "amuont": 1])
        #expect(error?.code == .invalidArguments)
        let details = try #require(error?.details)
        #expect(Set(details.map(\.path)) == ["/amount_cents", "/currency", "/amuont"])
        #expect(details.first { $0.path == "/currency" }?.allowed == ["EUR", "USD"])
    }

    @Test(arguments: [(50_000, false), (50_001, true)])
    func `a constraint speaks in its author's words`(cents: Int64, isRefused: Bool) throws {
        let error = try error(refund(cents))
        #expect((error != nil) == isRefused)
        guard isRefused else { return }
        #expect(error?.wireCode == "REFUND_EXCEEDS_LIMIT")
        #expect(error?.message == "Over the limit.")
        #expect(error?.isRetryable == false)
        #expect(error?.suggestedAction == "route_to_human_approval")
    }

    @Test func `what breaks the schema is told before any constraint`() throws {
        #expect(try error(["amount_cents": 99_999])?.code == .invalidArguments)
    }

    @Test(
        arguments: [
            (["interns"], 1_000, nil), (["interns"], 1_001, "INTERN_LIMIT"), (["interns", "leads"], 1_001, nil),
            (["interns", "leads"], 50_001, "REFUND_EXCEEDS_LIMIT"), ([], 1, "actor_not_granted"),
        ] as [([String], Int64, String?)])
    func `a grant's own constraint binds whoever has no better grant`(
        groups: [String], cents: Int64, code: String?
    ) throws {
        #expect(try error(refund(cents), by: Fixture.actor("ivy", groups: groups))?.wireCode == code)
    }

    @Test func `a schema that cannot be compiled is refused at registration, with its place`() throws {
        let document: JSONValue = [
            "kind": "Connector", "id": "x", "resource": "https://x.example",
            "tools": [
                ["name": "a", "effect": "read"],
                [
                    "name": "b", "effect": "read",
                    "input_schema": ["type": "object", "properties": ["p": ["pattern": "("]]],
                ],
            ],
        ]
        let resource = try RegistryResource.read(document)
        let registry = fixture.registry
        let error = try #require(throws: RegistryViolations.self) {
            try RegistryPlan.make(current: registry, documents: [resource], prune: false)
        }
        #expect(error.violations.first?.violation.path == "/tools/1/input_schema/properties/p/pattern")
    }

    @Test func `a constraint for a tool that is not there is refused at registration`() throws {
        let deployment = fixture.registry.resource(ResourceKey(kind: .deployment, name: "billing-mcp@prod"))
        var document = try #require(deployment?.json.objectValue)
        document["constraints"] = [
            [
                "tool": "issue_refnd", "schema": [:],
                "when_violated": ["code": "X", "message": "no", "retryable": false, "suggested_action": "stop"],
            ]
        ]
        let resource = try RegistryResource.read(.object(document))
        let registry = fixture.registry
        let error = try #require(throws: RegistryViolations.self) {
            try RegistryPlan.make(current: registry, documents: [resource], prune: false)
        }
        #expect(error.violations.first?.violation.path == "/constraints")
    }

    @Test(arguments: ["rate limited", "", "token_expired", "x'"])
    func `a constraint's code is a word and not one of ours`(code: String) {
        #expect(ConstraintRefusal(code: code, message: "m", isRetryable: false, suggestedAction: "a") == nil)
    }

    @Test func `constraints survive being written and read`() throws {
        for key in [
            ResourceKey(kind: .deployment, name: "billing-mcp@prod"),
            ResourceKey(kind: .grant, name: "interns-refunds"),
        ] {
            let resource = try #require(fixture.registry.resource(key))
            #expect(try RegistryResource.read(resource.json) == resource)
        }
    }
}
