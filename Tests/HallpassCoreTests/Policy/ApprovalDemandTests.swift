import HallpassCore
import StrictJSON
import Testing

/// Which calls need a person, and which no person can let through.
struct ApprovalDemandTests {
    var fixture: Fixture

    init() throws {
        fixture = try Fixture()
        fixture.registry.grants["alice-refunds"] = Grant(
            id: "alice-refunds", subject: .user("alice"), deployment: fixture.billing, scopes: "refunds:write")
    }

    private mutating func deploy(_ constraints: [Constraint] = [], approval: DeploymentApproval = DeploymentApproval())
    {
        fixture.registry.deployments[fixture.billing] = Deployment(
            id: fixture.billing, authMode: .none, scopes: "refunds:write", tokenLifetimeSeconds: 60,
            allowedTools: ["issue_refund"], constraints: constraints, approval: approval)
    }

    private mutating func register(_ tool: Tool) {
        fixture.registry.connectors["billing-mcp"] = Connector(
            id: "billing-mcp", resource: "https://billing.example/mcp", tools: [tool])
    }

    private static func tool(_ effect: ToolEffect = .write, needsApproval: Bool = false) -> Tool {
        Tool(name: "issue_refund", effect: effect, scopes: "refunds:write", needsApproval: needsApproval)
    }

    private static func atMost(
        _ cents: Int64, _ code: String, approval: ConstraintApproval? = nil
    ) throws -> Constraint {
        let refusal = ConstraintRefusal(
            code: code, message: "Over the limit.", isRetryable: false, suggestedAction: "route_to_human_approval")
        return Constraint(
            tool: "issue_refund", schema: ["properties": ["amount_cents": ["maximum": .integer(cents)]]],
            whenViolated: try #require(refusal), approval: approval)
    }

    private func request(_ cents: Int64 = 100, by actor: Actor = Fixture.actor("alice")) -> MintRequest {
        var request = MintRequest(
            actor: actor, act: ActorChain("agent"), target: .connector("billing-mcp"), environment: "prod")
        request.tool = "issue_refund"
        request.arguments = JSONObject()
        request.arguments?["amount_cents"] = .integer(cents)
        return request
    }

    /// `minted`, the code of a refusal, or the code and the cause of a demand.
    private func answer(_ request: MintRequest) -> String {
        do throws(Refusal) {
            let decision = try MintPolicy.decide(request, in: fixture.snapshot, nowSeconds: Fixture.now)
            guard let demand = decision.demand else { return "minted" }
            return "\(demand.refusal.error.wireCode) because \(demand.cause.code)"
        } catch {
            return error.error.wireCode
        }
    }

    private static let required = "approval_required because approval_required"

    @Test mutating func `a tool, a deployment and a protected environment can ask for an approval`() {
        #expect(answer(request()) == "minted")
        register(Self.tool(needsApproval: true))
        #expect(answer(request()) == Self.required)
        register(Self.tool())
        deploy(approval: DeploymentApproval(tools: ["issue_refund"]))
        #expect(answer(request()) == Self.required)
        deploy()
        register(Self.tool(.destructive))
        #expect(answer(request()) == "minted")
        fixture.registry.environments["prod"] = Environment(id: "prod", isProtected: true)
        #expect(answer(request()) == Self.required)
        register(Self.tool(.write))
        #expect(answer(request()) == "minted")
    }

    @Test mutating func `a violated constraint is final, or offers an approval, or requires one`() throws {
        for (approval, expected) in [
            (nil, "LIMIT"), (.offer, "LIMIT because LIMIT"), (.required, "approval_required because LIMIT"),
        ] as [(ConstraintApproval?, String)] {
            deploy([try Self.atMost(50, "LIMIT", approval: approval)])
            #expect(answer(request(51)) == expected)
            #expect(answer(request(50)) == "minted")
        }
    }

    @Test mutating func `nobody is asked about a call that another constraint refuses for good`() throws {
        deploy([try Self.atMost(50, "SOFT", approval: .offer), try Self.atMost(100, "HARD")])
        #expect(answer(request(51)) == "SOFT because SOFT")
        #expect(answer(request(101)) == "HARD")
    }

    @Test mutating func `nobody is asked about a call that the actor has no grant for`() throws {
        register(Self.tool(needsApproval: true))
        #expect(answer(request(by: Fixture.actor("mallory"))) == "actor_not_granted")
    }

    @Test mutating func `the constraint of a grant can offer an approval, unless a better grant needs none`() throws {
        func grant(_ group: GroupName, _ constraints: [Constraint]) {
            let id = GrantID(stringLiteral: group.rawValue)
            fixture.registry.grants[id] = Grant(
                id: id, subject: .group(group), deployment: fixture.billing, scopes: "refunds:write",
                constraints: constraints)
        }
        grant("interns", [try Self.atMost(10, "INTERN_LIMIT", approval: .offer)])
        grant("robots", [try Self.atMost(10, "ROBOT_LIMIT")])
        grant("leads", [])
        for (groups, expected) in [
            (["interns"], "INTERN_LIMIT because INTERN_LIMIT"), (["robots"], "ROBOT_LIMIT"),
            (["interns", "robots"], "INTERN_LIMIT because INTERN_LIMIT"), (["interns", "robots", "leads"], "minted"),
        ] {
            #expect(answer(request(11, by: Fixture.actor("ivy", groups: groups))) == expected, "\(groups)")
        }
    }

    @Test mutating func `the arguments have to be shown where a person has to see them`() {
        register(Self.tool(needsApproval: true))
        var request = request()
        request.arguments = nil
        #expect(answer(request) == "invalid_request")
    }
}

/// The same questions at verify, where only the ledger knows on what a token was minted.
extension ApprovalDemandTests {
    private func verify(_ cents: Int64, isApproved: Bool, isSession: Bool = false) throws -> HallpassError? {
        let key = try #require(fixture.keys.signingKey(for: fixture.billing, kind: isSession ? .session : .call))
        let claims = TokenClaims(
            kind: isSession ? .session : .call, issuer: Fixture.issuer, audience: "https://billing.example/mcp",
            subject: "alice", act: ActorChain("agent"), client: "support-gateway", tenant: "acme",
            deployment: fixture.billing, tool: isSession ? nil : "issue_refund", scope: "refunds:write",
            argumentsDigest: nil, id: try #require(TokenID(bytes: [UInt8](repeating: 1, count: 16))), transaction: nil,
            sequence: 1, issuedAt: Fixture.now, expiresAt: Fixture.now + 60)
        let token = try fixture.verified(Array(TokenSigner.sign(claims, with: key).text.utf8))
        var query = VerifyQuery(tool: "issue_refund", arguments: request(cents).arguments)
        query.idempotencyKey = "key-1"
        let context = VerifyContext(
            issuer: Fixture.issuer, tenant: "acme", ownedDeployments: [fixture.billing], nowSeconds: Fixture.now)
        do throws(Refusal) {
            return try VerifyPolicy.decide(token, query, in: fixture.snapshot, context)
                .refusal(TokenBacking(isApproved: isApproved))?.error
        } catch {
            return error.error
        }
    }

    @Test mutating func `a token that was minted without an approval is refused where one is needed by now`() throws {
        #expect(try verify(100, isApproved: false) == nil)
        register(Self.tool(needsApproval: true))
        #expect(try verify(100, isApproved: false)?.code == .approvalRequired)
        #expect(try verify(100, isApproved: true) == nil)
    }

    @Test mutating func `an approval lifts what offers one and nothing else`() throws {
        deploy([try Self.atMost(50, "SOFT", approval: .offer), try Self.atMost(100, "HARD")])
        #expect(try verify(51, isApproved: false)?.wireCode == "SOFT")
        #expect(try verify(51, isApproved: true) == nil)
        #expect(try verify(101, isApproved: true)?.wireCode == "HARD")
    }

    @Test mutating func `a session token does not run a tool that needs an approval`() throws {
        register(Self.tool(.read, needsApproval: true))
        #expect(try verify(1, isApproved: false, isSession: true)?.code == .approvalRequired)
    }
}
