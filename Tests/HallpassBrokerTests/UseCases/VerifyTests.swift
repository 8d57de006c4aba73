import HallpassBroker
import HallpassCore
import StrictJSON
import Synchronization
import Testing

struct VerifyTests {
    @Test func `a good token lets one call through and no second`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token()
            let execution = try await fixture.verify(token.text).get()
            #expect(execution.token.claims == token.claims)
            #expect(execution.tool == "add_note")
            #expect(try await fixture.verify(token.text).refusal == .tokenAlreadyUsed)
        }
    }

    @Test func `of many at once exactly one may execute`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            let before = try await fixture.audit().count
            let answers = try await withThrowingTaskGroup(of: Result<Execution, Refusal>.self) { group in
                for _ in 0..<300 { group.addTask { try await fixture.verify(token) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.refusal == nil } == 1)
            #expect(answers.count { $0.refusal == .tokenAlreadyUsed } == 299)
            #expect(try await fixture.audit().count == before + 300)
        }
    }

    @Test func `a refused verify does not use the token up`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            #expect(try await fixture.verify(token, tool: "find_contact").refusal == .toolMismatch)
            #expect(try await fixture.verify(token, as: "billing-server").refusal == .wrongAudience)
            #expect(try await fixture.verify(token).refusal == nil)
        }
    }

    @Test(arguments: [(59, false), (60, true), (61, true)])
    func `a token dies when its time is up`(seconds: Int64, isExpired: Bool) async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            fixture.advance(seconds: seconds)
            #expect(try await fixture.verify(token).refusal == (isExpired ? .tokenExpired : nil))
        }
    }

    @Test func `another tenant's server does not even know the key`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            #expect(try await fixture.verify(token, tenant: "globex").refusal == .unknownKey)
            #expect(try await fixture.verify(token).refusal == nil)
        }
    }

    @Test func `only servers verify`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            await #expect(throws: HallpassError.self) { try await fixture.verify(token, as: "gateway") }
            #expect(try await fixture.verify(token).refusal == nil)
        }
    }

    @Test func `bound arguments are checked whatever their order`() async throws {
        try await BrokerFixture.run { fixture in
            let command = fixture.command {
                $0.arguments = (["a": 1, "b": "x"] as JSONValue).objectValue
            }
            let token = try await fixture.mint(command).get().text
            let other = try await fixture.verify(token) {
                $0.arguments = (["a": 2, "b": "x"] as JSONValue).objectValue
            }
            #expect(other.refusal == .argumentsMismatch)
            #expect(try await fixture.verify(token).refusal == .argumentsMismatch)
            let same = try await fixture.verify(token) { $0.arguments = (["b": "x", "a": 1] as JSONValue).objectValue }
            #expect(same.refusal == nil)
        }
    }

    @Test func `a grant withdrawn between mint and verify refuses the call`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            let admin = try fixture.admin()
            _ = try await fixture.broker.delete(
                ResourceKey(kind: .grant, name: "alice-crm"), cascade: false, if: .none, by: admin, fixture.context())
            #expect(try await fixture.verify(token).refusal == .actorNotGranted)
        }
    }

    @Test func `a group's member is still a member when the call is made`() async throws {
        try await BrokerFixture.run { fixture in
            let member = fixture.command("dave", groups: ["support", "lunch"])
            let first = try await fixture.mint(member).get().text
            let second = try await fixture.mint(member).get().text
            #expect(try await fixture.verify(first).refusal == nil)
            #expect(try await fixture.isActive(second))
            let admin = try fixture.admin()
            _ = try await fixture.broker.delete(
                ResourceKey(kind: .grant, name: "support-crm"), cascade: false, if: .none, by: admin, fixture.context())
            #expect(try await fixture.verify(second).refusal == .actorNotGranted)
        }
    }

    @Test func `a session token is good until it expires and never writes`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.mint(fixture.command(tool: nil)).get().text
            for _ in 0..<3 {
                #expect(try await fixture.verify(token, tool: "find_contact").refusal == nil)
                #expect(try await fixture.verify(token, tool: nil).refusal == nil)
            }
            #expect(try await fixture.verify(token, tool: "add_note").refusal == .toolMismatch)
            fixture.advance(seconds: 300)
            #expect(try await fixture.verify(token, tool: nil).refusal == .tokenExpired)
        }
    }

    @Test func `introspection looks and does not use`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            #expect(try await fixture.isActive(token))
            #expect(try await fixture.isActive(token))
            #expect(try await fixture.isActive(token, as: "billing-server") == false)
            #expect(try await fixture.isActive(token, as: "gateway") == false)
            #expect(try await fixture.isActive("x") == false)
            #expect(try await fixture.verify(token).refusal == nil)
            #expect(try await fixture.isActive(token) == false)
        }
    }

    @Test func `every answer has its record, good, bad or nonsense`() async throws {
        try await BrokerFixture.run { fixture in
            let before = try await fixture.audit().count
            let token = try await fixture.token().text
            for text in ["", "x", "a.b.c", token, token, String(token.dropLast()), "\(token)A"] {
                _ = try await fixture.verify(text)
                _ = try await fixture.isActive(text)
            }
            let records = try await fixture.audit()
            #expect(records.count == before + 1 + 14)
            #expect(records.count { $0["call_id"] != nil } == 1)
            #expect(records.count { $0["event"] == "verify" && $0["decision"] == "execute" } == 1)
            #expect(
                records.suffix(14).allSatisfy {
                    ($0["code"] != nil) == ($0["decision"] == "deny" || $0["decision"] == "inactive")
                })
        }
    }
}
