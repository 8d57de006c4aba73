import HallpassBroker
import HallpassCore
import StrictJSON
import Synchronization
import Testing

struct RevokeTests {
    private func revoke(
        _ fixture: BrokerFixture, _ dimension: RevocationDimension, _ id: String
    ) async throws -> RevocationReport {
        try await fixture.broker.revoke(
            dimension, id: id, reason: "a test", by: fixture.admin(as: "ops"), fixture.context())
    }

    @Test(arguments: RevocationDimension.allCases)
    func `a cutoff kills what was minted before and nothing after`(dimension: RevocationDimension) async throws {
        try await BrokerFixture.run { fixture in
            func token() async throws -> MintedToken {
                try await fixture.mint(fixture.command { $0.transaction = TransactionID("t-1") }).get()
            }
            let before = [try await token(), try await token()]
            let id = try fixture.name(of: before[0], in: dimension)
            // One token has its id; everything else is the same of both.
            let count: Int64 = dimension == .token ? 1 : 2
            let admin = try fixture.admin(as: "ops")
            #expect(try await fixture.broker.countRevocable(dimension, id: id, by: admin) == count)
            #expect(try await fixture.isActive(before[0].text))
            #expect(try await revoke(fixture, dimension, id).liveTokens == count)
            #expect(try await fixture.broker.countRevocable(dimension, id: id, by: admin) == 0)
            for token in before.prefix(Int(count)) {
                #expect(try await fixture.isActive(token.text) == false)
                #expect(try await fixture.verify(token.text).refusal == .tokenRevoked)
            }
            #expect(try await fixture.verify(try await token().text).refusal == nil)
        }
    }

    @Test func `a tenant is cut off by its own admins only`() async throws {
        try await BrokerFixture.run { fixture in
            await #expect(throws: HallpassError.self) { try await revoke(fixture, .tenant, "globex") }
        }
    }

    @Test func `a cutoff for someone else changes nothing`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            for (dimension, id) in [
                (RevocationDimension.actor, "bob"), (.client, "quiet-gateway"), (.connector, "billing-mcp"),
                (.agent, "alice"), (.txn, "t-2"), (.environment, "dev"), (.deployment, "billing-mcp@prod"),
                (.token, "AAAAAAAAAAAAAAAAAAAAAA"), (.key, "AAAAAAAAAAAAAAAAAAAAAA"),
            ] {
                #expect(try await revoke(fixture, dimension, id).liveTokens == 0)
            }
            #expect(try await fixture.verify(token).refusal == nil)
        }
    }

    @Test func `no verify that starts after the acknowledgement says yes`() async throws {
        try await BrokerFixture.run { fixture in
            let tokens = try await (0..<200).asyncMap { _ in try await fixture.token().text }
            let acknowledged = Flag()
            let late = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    _ = try await revoke(fixture, .actor, "alice")
                    acknowledged.isRaised.store(true, ordering: .sequentiallyConsistent)
                    return false
                }
                for token in tokens {
                    group.addTask {
                        let startedLate = acknowledged.isRaised.load(ordering: .sequentiallyConsistent)
                        let isExecuted = try await fixture.verify(token).refusal == nil
                        return startedLate && isExecuted
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(late == 0)
            #expect(try await fixture.verify(tokens[0]).refusal != nil)
        }
    }

    @Test func `one token dies at the word of whoever minted it, is its audience, or may revoke`() async throws {
        try await BrokerFixture.run { fixture in
            for client in ["gateway", "crm-server", "ops"] {
                let token = try await fixture.token().text
                try await fixture.broker.revokeToken(token, by: fixture.client(client), fixture.context())
                #expect(try await fixture.verify(token).refusal == .tokenRevoked)
                #expect(try await fixture.isActive(token) == false)
            }
        }
    }

    @Test func `another client's word, another tenant's word and nonsense kill nothing and are on record`() async throws
    {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            let before = try await fixture.audit().count
            for client in ["quiet-gateway", "billing-server", "looker"] {
                try await fixture.broker.revokeToken(token, by: fixture.client(client), fixture.context())
            }
            try await fixture.broker.revokeToken(
                token, by: fixture.client("gateway", tenant: "globex"), fixture.context())
            try await fixture.broker.revokeToken("nonsense", by: fixture.client("gateway"), fixture.context())
            #expect(try await fixture.audit().count == before + 4)
            #expect(try await fixture.audit("globex").last?["code"] == "unknown_key")
            #expect(try await fixture.verify(token).refusal == nil)
        }
    }

    @Test func `only who may revoke revokes, and only what has such a name`() async throws {
        try await BrokerFixture.run { fixture in
            let looker = try fixture.admin(as: "looker")
            await #expect(throws: HallpassError.self) {
                try await fixture.broker.revoke(.actor, id: "alice", reason: "no", by: looker, fixture.context())
            }
            await #expect(throws: HallpassError.self) { try await revoke(fixture, .client, "Not A Client") }
        }
    }

    @Test func `revocations survive a restart`() async throws {
        try await BrokerFixture.run { fixture in
            let tokens = [
                try await fixture.token().text, try await fixture.token().text, try await fixture.token().text,
            ]
            try await fixture.broker.revokeToken(tokens[0], by: fixture.client("gateway"), fixture.context())
            _ = try await fixture.verify(tokens[1])
            _ = try await revoke(fixture, .client, "gateway")
            try await fixture.close()
            try await fixture.open()
            #expect(try await fixture.verify(tokens[0]).refusal == .tokenRevoked)
            #expect(try await fixture.verify(tokens[1]).refusal == .tokenRevoked)
            #expect(try await fixture.verify(tokens[2]).refusal == .tokenRevoked)
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
        }
    }
}

private final class Flag: Sendable {
    let isRaised = Atomic(false)
}

extension Sequence {
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
