import HallpassCore
import HallpassStorage
import StrictJSON
import Synchronization
import Testing

@testable import HallpassBroker

struct RateLimitTests {
    private func setLimits(_ limits: JSONValue?, _ fixture: BrokerFixture, tenant: TenantID = "acme") async throws {
        var card = JSONObject()
        card["server"] = "crm-mcp"
        card["environment"] = "prod"
        card["auth"] = ["mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600]
        card["tools_allow"] = tenant == "acme" ? ["find_contact", "add_note"] : ["add_note"]
        card["limits"] = limits
        try await fixture.apply([.object(card)], to: tenant)
    }

    private func actor(_ calls: Int64, _ seconds: Int64 = 60) -> JSONValue {
        ["actor": ["calls": .integer(calls), "seconds": .integer(seconds)]]
    }

    private func tokens(_ count: Int, _ fixture: BrokerFixture, _ subject: Subject = "alice") async throws -> [String] {
        try await (0..<count).asyncMap { _ in
            try await fixture.mint(fixture.command(subject, groups: ["support"])).get().text
        }
    }

    @Test func `of many calls at once exactly as many as there is room for go through`() async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(actor(20), fixture)
            let tokens = try await tokens(100, fixture)
            let answers = try await withThrowingTaskGroup(of: Result<Execution, Refusal>.self) { group in
                for token in tokens { group.addTask { try await fixture.verify(token) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.refusal == nil } == 20)
            #expect(answers.count { $0.refusal == .rateLimited(.actor, retryAfterSeconds: 3) } == 80)
        }
    }

    @Test(arguments: [(29_999, true), (30_000, false), (30_001, false)] as [(Int64, Bool)])
    func `a refused call may be made when it was told, with the same token`(wait: Int64, isRefused: Bool) async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(["tools": ["add_note": ["calls": 2, "seconds": 60]]], fixture)
            let tokens = try await tokens(3, fixture)
            #expect(try await fixture.verify(tokens[0]).refusal == nil)
            #expect(try await fixture.verify(tokens[1]).refusal == nil)
            #expect(try await fixture.verify(tokens[2]).refusal == .rateLimited(.tool, retryAfterSeconds: 30))
            fixture.milliseconds.withLock { $0 += wait }
            let refused: HallpassError = .rateLimited(.tool, retryAfterSeconds: 1)
            #expect(try await fixture.verify(tokens[2]).refusal == (isRefused ? refused : nil))
        }
    }

    @Test func `a call too many is on record as that, with the limit and the call`() async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(["deployment": ["calls": 1, "seconds": 10]], fixture)
            let tokens = try await tokens(2, fixture)
            _ = try await fixture.verify(tokens[0]).get()
            _ = try await fixture.verify(tokens[1])
            let record = try #require(try await fixture.audit().last)
            #expect(record["code"] == "rate_limited")
            #expect(record["check"] == "rate")
            #expect(record["target"] == "limit deployment")
            #expect(record["sub"] == "alice")
            #expect(record["tool"] == "add_note")
            #expect(record["call_id"] == nil)
        }
    }

    @Test func `a mint looks and does not count`() async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(actor(2), fixture)
            let tokens = try await tokens(5, fixture)
            #expect(try await fixture.verify(tokens[0]).refusal == nil)
            #expect(try await fixture.mint(fixture.command()).refusal == nil)
            #expect(try await fixture.verify(tokens[1]).refusal == nil)
            let refused = HallpassError.rateLimited(.actor, retryAfterSeconds: 30)
            #expect(try await fixture.mint(fixture.command()).refusal == refused)
            #expect(try await fixture.audit().last?["check"] == "rate")
            fixture.advance(seconds: 30)
            #expect(try await fixture.mint(fixture.command()).refusal == nil)
        }
    }

    @Test func `a session's calls count, a session shown for no call does not, and neither does a peek`() async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(actor(2), fixture)
            let session = try await fixture.mint(fixture.command(tool: nil)).get().text
            for _ in 0..<5 {
                #expect(try await fixture.verify(session, tool: nil).refusal == nil)
                #expect(try await fixture.isActive(session))
            }
            #expect(try await fixture.verify(session, tool: "find_contact").refusal == nil)
            #expect(try await fixture.verify(session, tool: "find_contact").refusal == nil)
            #expect(try await fixture.verify(session, tool: "find_contact").refusal?.code == .rateLimited)
            #expect(try await fixture.verify(session, tool: nil).refusal == nil)
            #expect(try await fixture.mint(fixture.command(tool: nil)).refusal == nil)
        }
    }

    @Test func `what is refused for another reason, before the ledger or by it, costs nothing`() async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(actor(2), fixture)
            let tokens = try await tokens(3, fixture)
            #expect(try await fixture.verify(tokens[0]).refusal == nil)
            for _ in 0..<5 {
                #expect(try await fixture.verify(tokens[0]).refusal == .tokenAlreadyUsed)
                #expect(try await fixture.verify(tokens[1], tool: "find_contact").refusal == .toolMismatch)
                #expect(try await fixture.ask(tokens[1], key: nil).refusal == .idempotencyKeyRequired)
            }
            #expect(try await fixture.verify(tokens[1]).refusal == nil)
            #expect(try await fixture.verify(tokens[2]).refusal?.code == .rateLimited)
        }
    }

    @Test func `a replay costs nothing, but where no call could be made nothing is replayed either`() async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(actor(2), fixture)
            let tokens = try await tokens(6, fixture)
            guard case .execute(let first) = try await fixture.ask(tokens[0], key: "k1").get() else { return }
            let reported = try await fixture.broker.report(
                .result(1), of: first.callID, by: fixture.client("crm-server"), fixture.context())
            #expect(reported.refusal == nil)
            for token in tokens[1...3] {
                guard case .replay = try await fixture.ask(token, key: "k1").get() else { throw MissingReplay() }
            }
            #expect(try await fixture.ask(tokens[4], key: "k2").refusal == nil)
            #expect(try await fixture.ask(tokens[5], key: "k1").refusal?.code == .rateLimited)
        }
    }

    @Test func `what could not be recorded costs nothing`() async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(actor(1), fixture)
            let token = try await fixture.token()
            await fixture.broker.ledger.stop()
            await #expect(throws: HallpassError.unavailable) { try await fixture.verify(token.text) }
            let limits = try #require(CallLimits(actor: RateLimit(calls: 1, seconds: 60)))
            let call = LimitedCall(
                deployment: token.claims.deployment, limits: limits, tool: "add_note", subject: "alice")
            try fixture.broker.rateLimiter.look(
                call, of: "acme", atMilliseconds: fixture.broker.clock.monotonicMilliseconds())
        }
    }

    @Test func `a changed limit holds at once, for tokens minted before too, and forgets nothing`() async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(actor(3), fixture)
            let tokens = try await tokens(6, fixture)
            #expect(try await fixture.verify(tokens[0]).refusal == nil)
            #expect(try await fixture.verify(tokens[1]).refusal == nil)
            try await setLimits(actor(2), fixture)
            #expect(try await fixture.verify(tokens[2]).refusal?.code == .rateLimited)
            try await setLimits(actor(4), fixture)
            #expect(try await fixture.verify(tokens[2]).refusal == nil)
            #expect(try await fixture.verify(tokens[3]).refusal == nil)
            #expect(try await fixture.verify(tokens[4]).refusal?.code == .rateLimited)
            try await setLimits(nil, fixture)
            #expect(try await fixture.verify(tokens[4]).refusal == nil)
            try await setLimits(actor(4), fixture)
            #expect(try await fixture.verify(tokens[5]).refusal?.code == .rateLimited)
        }
    }

    @Test func `one tenant's calls are nothing to another of the same names`() async throws {
        try await BrokerFixture.run { fixture in
            try await setLimits(["deployment": ["calls": 1, "seconds": 60]], fixture)
            try await setLimits(["deployment": ["calls": 1, "seconds": 60]], fixture, tenant: "globex")
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
            let foreign = try await fixture.mint(fixture.command(), tenant: "globex").get().text
            #expect(try await fixture.verify(foreign, tenant: "globex").refusal == nil)
        }
    }
}
