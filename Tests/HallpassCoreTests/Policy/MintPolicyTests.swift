import HallpassCore
import Testing

struct MintPolicyTests {
    var fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func request(
        _ actor: Actor = Fixture.actor("alice"), tool: String? = "add_note", connector: String = "crm-mcp",
        environment: String = "prod", _ change: (inout MintRequest) -> Void = { _ in }
    ) -> MintRequest {
        var request = MintRequest(
            actor: actor, act: ActorChain("agent"), target: .connector(ConnectorID(stringLiteral: connector)),
            environment: EnvironmentID(stringLiteral: environment))
        request.tool = tool.map { ToolName(stringLiteral: $0) }
        change(&request)
        return request
    }

    private func decide(_ request: MintRequest, at now: Int64 = Fixture.now) -> Result<MintDecision, Refusal> {
        do throws(Refusal) {
            return .success(try MintPolicy.decide(request, in: fixture.snapshot, nowSeconds: now))
        } catch {
            return .failure(error)
        }
    }

    private func refusal(_ request: MintRequest, at now: Int64 = Fixture.now) -> Refusal? {
        guard case .failure(let refusal) = decide(request, at: now) else { return nil }
        return refusal
    }

    @Test func `a granted person gets just what the tool requires`() throws {
        let decision = try decide(request()).get()
        #expect(decision.kind == .call)
        #expect(decision.scope == Fixture.scopes("notes:write"))
        #expect(decision.deployment == fixture.crm)
        #expect(decision.audience == ResourceURI("https://crm.example/mcp"))
        #expect(decision.lifetimeSeconds == 60)
    }

    @Test func `a connector may be named by its resource`() throws {
        let byResource = request { $0.target = .resource("https://crm.example/mcp") }
        #expect(try decide(byResource).get().deployment == fixture.crm)
        #expect(
            refusal(request { $0.target = .resource("https://crm.example/MCP") })
                == Refusal(.audience, .unknownConnector))
    }

    @Test func `what is not registered is unknown`() {
        #expect(refusal(request(connector: "hr-mcp")) == Refusal(.audience, .unknownConnector))
        #expect(refusal(request(environment: "staging")) == Refusal(.audience, .unknownEnvironment))
        #expect(refusal(request(environment: "dev")) == Refusal(.audience, .unknownConnector))
        #expect(refusal(request(tool: "drop_table")) == Refusal(.tool, .unknownTool))
    }

    @Test(arguments: [
        (HallpassError.Disableable.tenant, "acme"), (.environment, "prod"), (.connector, "crm-mcp"),
        (.deployment, "crm-mcp@prod"), (.actor, "alice"), (.tool, "crm-mcp/add_note"),
    ])
    func `nothing is minted for what is switched off`(kind: HallpassError.Disableable, id: String) throws {
        var tests = self
        tests.fixture.disabled.insert(try #require(DisabledThing(kind, id: id)))
        #expect(tests.refusal(request()) == Refusal(.enabled, .disabled(kind)))
    }

    @Test func `a tool off the allow-list is refused whatever the scopes`() {
        #expect(refusal(request(tool: "delete_contact")) == Refusal(.allowList, .toolNotAllowed))
    }

    @Test(arguments: [(ToolEffect.read, true), (.write, false), (.destructive, false)])
    func `without an allow-list only what reads is allowed`(effect: ToolEffect, isAllowed: Bool) {
        let deployment = Deployment(id: fixture.crm, authMode: .none, scopes: .empty, tokenLifetimeSeconds: 60)
        #expect(deployment.allows(Tool(name: "t", effect: effect, scopes: .empty)) == isAllowed)
    }

    @Test func `no grant means no`() {
        #expect(refusal(request(Fixture.actor("bob"))) == Refusal(.grant, .actorNotGranted))
        #expect(refusal(request(Fixture.actor("bob"), tool: nil)) == Refusal(.grant, .actorNotGranted))
        #expect(refusal(request(Fixture.actor("Alice"))) == Refusal(.grant, .actorNotGranted))
    }

    @Test func `a grant for one tool is none for another`() throws {
        #expect(refusal(request(Fixture.actor("carol"))) == Refusal(.grant, .actorNotGranted))
        #expect(
            try decide(request(Fixture.actor("carol"), tool: "find_contact")).get().scope.spaceSeparated
                == "contacts:read")
    }

    @Test func `a group's grant covers its members and is remembered with the token`() throws {
        let dave = Fixture.actor("dave", groups: ["support", "lunch"])
        let decision = try decide(request(dave, tool: "find_contact")).get()
        #expect(decision.groups == ["support"])
        #expect(
            refusal(request(Fixture.actor("dave", groups: ["lunch"]), tool: "find_contact"))?.error == .actorNotGranted)
        #expect(refusal(request(dave))?.error == .insufficientScope(missing: Fixture.scopes("notes:write")))
    }

    @Test(arguments: [(-1, true), (0, false), (1, false)])
    func `a grant is good up to, not at, its expiry`(offset: Int64, isGranted: Bool) {
        let dave = Fixture.actor("dave", groups: ["support"])
        #expect((refusal(request(dave, tool: "find_contact"), at: Fixture.now + 1_000 + offset) == nil) == isGranted)
    }

    @Test func `every missing scope is named at once`() {
        let greedy = request { $0.scope = Fixture.scopes("notes:write contacts:write admin") }
        #expect(
            refusal(greedy) == Refusal(.scopes, .insufficientScope(missing: Fixture.scopes("admin contacts:write"))))
    }

    @Test func `a scope the tool needs cannot be asked away`() {
        let meagre = request { $0.scope = Fixture.scopes("contacts:read") }
        #expect(refusal(meagre)?.error == .insufficientScope(missing: Fixture.scopes("notes:write")))
    }

    @Test func `more than the tool needs is given where deployment and person both have it`() throws {
        let wide = request { $0.scope = Fixture.scopes("notes:write contacts:read") }
        #expect(try decide(wide).get().scope == Fixture.scopes("contacts:read notes:write"))
    }

    @Test(arguments: [(1, 1), (60, 60), (119, 119), (120, 120), (121, 120), (3_600, 120)])
    func `no token outlives the deployment's ceiling`(asked: Int64, given: Int64) throws {
        #expect(try decide(request { $0.lifetimeSeconds = asked }).get().lifetimeSeconds == given)
    }

    @Test func `a session carries only what reading needs`() throws {
        let decision = try decide(request(tool: nil)).get()
        #expect(decision.kind == .session)
        #expect(decision.scope == Fixture.scopes("contacts:read"))
        #expect(decision.lifetimeSeconds == 120)
        let greedy = request(tool: nil) { $0.scope = Fixture.scopes("notes:write") }
        #expect(refusal(greedy) == Refusal(.scopes, .insufficientScope(missing: Fixture.scopes("notes:write"))))
    }

    @Test mutating func `a deployment may let sessions carry more`() throws {
        let old = try #require(fixture.registry.deployments[fixture.crm])
        fixture.registry.deployments[fixture.crm] = Deployment(
            id: old.id, authMode: old.authMode, scopes: old.scopes, tokenLifetimeSeconds: 600,
            sessionScopes: Fixture.scopes("notes:write"), allowedTools: old.allowedTools)
        let decision = try decide(request(tool: nil)).get()
        #expect(decision.scope == Fixture.scopes("contacts:read notes:write"))
        #expect(decision.lifetimeSeconds == 300)
    }
}
