import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

struct VerifyPolicyTests {
    var fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func refusal(
        _ token: [UInt8], tool: String? = "add_note", now: Int64 = Fixture.now, groups: Set<GroupName> = [],
        issuer: String = Fixture.issuer, owned: [String] = ["crm-mcp@prod"],
        _ change: (inout VerifyQuery) -> Void = { _ in }
    ) throws -> Refusal? {
        var query = VerifyQuery(tool: tool.map { ToolName(stringLiteral: $0) })
        query.idempotencyKey = "key-1"
        change(&query)
        let context = VerifyContext(
            issuer: issuer, tenant: "acme", ownedDeployments: Set(owned.map { DeploymentID(stringLiteral: $0) }),
            nowSeconds: now)
        let verified = try fixture.verified(token)
        do throws(Refusal) {
            let decision = try VerifyPolicy.decide(verified, query, in: fixture.snapshot, context)
            return decision.refusal(TokenBacking(groups: groups))
        } catch {
            return error
        }
    }

    @Test func `a good token is good`() throws {
        #expect(try refusal(fixture.token()) == nil)
    }

    @Test func `a token of another broker is refused`() throws {
        #expect(try refusal(fixture.token { $0["iss"] = "https://evil.example" }) == Refusal(.issuer, .wrongIssuer))
        #expect(try refusal(fixture.token(), issuer: "\(Fixture.issuer)/") == Refusal(.issuer, .wrongIssuer))
    }

    @Test func `a server verifies for the deployments it owns`() throws {
        let wrong = Refusal(.audience, .wrongAudience)
        #expect(try refusal(fixture.token(), owned: ["billing-mcp@prod"]) == wrong)
        #expect(try refusal(fixture.token(), owned: ["crm-mcp@dev"]) == wrong)
        #expect(try refusal(fixture.token(), owned: []) == wrong)
        #expect(try refusal(fixture.token { $0["aud"] = "https://billing.example/mcp" }) == wrong)
        #expect(try refusal(fixture.token { $0["tenant"] = "globex" }) == wrong)
        #expect(try refusal(fixture.token()) { $0.environment = EnvironmentID("dev") } == wrong)
        #expect(try refusal(fixture.token()) { $0.environment = EnvironmentID("prod") } == nil)
    }

    @Test(arguments: [(-6, "not yet"), (-5, "good"), (0, "good"), (59, "good"), (60, "expired"), (61, "expired")])
    func `a token is good up to, not at, its expiry, and five seconds before its issue`(offset: Int64, expected: String)
        throws
    {
        let error = try refusal(fixture.token(), now: Fixture.now + offset)?.error
        #expect((error == .tokenNotYetValid ? "not yet" : error == .tokenExpired ? "expired" : "good") == expected)
    }

    @Test mutating func `a client that was removed has minted its last`() throws {
        fixture.registry.clients["support-gateway"] = nil
        #expect(try refusal(fixture.token()) == Refusal(.enabled, .disabled(.client)))
    }

    @Test func `a call token is for its one tool`() throws {
        let mismatch = Refusal(.tool, .toolMismatch)
        #expect(try refusal(fixture.token(), tool: "find_contact") == mismatch)
        #expect(try refusal(fixture.token(), tool: "Add_note") == mismatch)
        #expect(try refusal(fixture.token(), tool: nil) == mismatch)
    }

    @Test mutating func `a tool taken off the list after the mint is refused`() throws {
        let old = try #require(fixture.registry.deployments[fixture.crm])
        fixture.registry.deployments[fixture.crm] = Deployment(
            id: old.id, authMode: old.authMode, scopes: old.scopes, tokenLifetimeSeconds: 120,
            allowedTools: ["find_contact"])
        #expect(try refusal(fixture.token()) == Refusal(.allowList, .toolNotAllowed))
    }

    @Test mutating func `a scope taken from the deployment after the mint is refused`() throws {
        let old = try #require(fixture.registry.deployments[fixture.crm])
        fixture.registry.deployments[fixture.crm] = Deployment(
            id: old.id, authMode: old.authMode, scopes: Fixture.scopes("contacts:read"), tokenLifetimeSeconds: 120,
            allowedTools: old.allowedTools)
        #expect(
            try refusal(fixture.token()) == Refusal(.scopes, .insufficientScope(missing: Fixture.scopes("notes:write")))
        )
    }

    @Test func `a token without the scopes its tool needs is refused`() throws {
        #expect(
            try refusal(fixture.token { $0["scope"] = "contacts:read" })
                == Refusal(.scopes, .insufficientScope(missing: Fixture.scopes("notes:write"))))
    }

    @Test mutating func `a grant withdrawn after the mint refuses the call`() throws {
        fixture.registry.grants["alice-crm"] = nil
        #expect(try refusal(fixture.token()) == Refusal(.grant, .actorNotGranted))
    }

    @Test func `a group's member is known by the groups kept with the token`() throws {
        let token = try fixture.token {
            $0["sub"] = "dave"
            $0["tool"] = "find_contact"
            $0["scope"] = "contacts:read"
        }
        #expect(try refusal(token, tool: "find_contact", groups: ["support"]) == nil)
        #expect(try refusal(token, tool: "find_contact", groups: []) == Refusal(.grant, .actorNotGranted))
    }

    @Test(arguments: [(40, false), (41, true), (42, true)])
    func `a cutoff kills what was minted up to it`(cutoff: Int64, isDead: Bool) throws {
        let token = try fixture.token { $0["txn"] = "t-1" }
        for dimension in RevocationDimension.allCases {
            var tests = self
            let id = try Fixture.names(in: dimension, of: fixture.verified(token)).own
            tests.fixture.revocations.add(
                RevocationCutoff(dimension: dimension, id: id, cutoff: cutoff, createdAt: Fixture.now))
            #expect(try tests.refusal(token) == (isDead ? Refusal(.revoked, .tokenRevoked) : nil), "\(dimension)")
        }
    }

    @Test(arguments: [
        (HallpassError.Disableable.tenant, "acme"), (.environment, "prod"), (.connector, "crm-mcp"),
        (.deployment, "crm-mcp@prod"), (.client, "support-gateway"), (.actor, "alice"), (.tool, "crm-mcp/add_note"),
    ])
    func `what is switched off is refused before anything else is asked of the call`(
        kind: HallpassError.Disableable, id: String
    ) throws {
        var tests = self
        tests.fixture.disabled.insert(try #require(DisabledThing(kind, id: id)))
        #expect(try tests.refusal(fixture.token()) == Refusal(.enabled, .disabled(kind)))
        #expect(try tests.refusal(fixture.token(), tool: "add_note", groups: []) == Refusal(.enabled, .disabled(kind)))
        tests.fixture.disabled.remove(try #require(DisabledThing(kind, id: id)))
        #expect(try tests.refusal(fixture.token()) == nil)
    }

    @Test mutating func `arguments are those the token was minted for`() throws {
        let arguments = (["a": 1] as JSONValue).objectValue
        let bound = ArgumentsDigest.of(try #require(arguments), tool: "add_note")
        let token = try fixture.token { $0["args_sha256"] = .string(Base64URL.encode(bound)) }
        #expect(try refusal(token) { $0.arguments = arguments } == nil)
        let mismatch = Refusal(.arguments, .argumentsMismatch)
        #expect(try refusal(token) { $0.arguments = (["a": 2] as JSONValue).objectValue } == mismatch)
        #expect(try refusal(token) == mismatch)
    }

    @Test func `a session may read, may run nothing, and may not write`() throws {
        let session = try fixture.sessionToken(scope: "contacts:read")
        #expect(try refusal(session, tool: nil) == nil)
        #expect(try refusal(session, tool: "find_contact") == nil)
        #expect(try refusal(session, tool: "add_note") == Refusal(.tool, .toolMismatch))
        #expect(try refusal(session, tool: "ping") == Refusal(.tool, .toolMismatch))
        #expect(try refusal(session, tool: "delete_contact") == Refusal(.allowList, .toolNotAllowed))
        #expect(try refusal(session, tool: "nothing") == Refusal(.tool, .unknownTool))
    }

    @Test func `a session token with a scope that sessions may not carry is refused`() throws {
        #expect(
            try refusal(fixture.sessionToken(scope: "contacts:read notes:write"), tool: nil)
                == Refusal(.scopes, .insufficientScope(missing: Fixture.scopes("notes:write"))))
    }
}
