import HallpassCore
import HallpassStorage
import StrictJSON
import Testing

@testable import HallpassBroker

struct KeysTests {
    private func rotate(_ fixture: BrokerFixture, _ deployment: DeploymentID? = nil) async throws -> KeyChange {
        try await fixture.broker.rotateKeys(
            of: deployment, reason: "a test", by: fixture.admin(as: "ops"), fixture.context())
    }

    private func keys(
        _ fixture: BrokerFixture, _ state: SigningKey.State? = nil
    ) async throws -> [SigningKeySummary] {
        try await fixture.broker.signingKeys(
            state: state, after: nil, limit: 500, by: fixture.admin(as: "ops"))
    }

    private func tend(_ fixture: BrokerFixture, olderThanDays days: Int64? = nil) async throws {
        try await fixture.broker.tendKeys(maximumAgeSeconds: days.map { $0 * 86_400 }, fixture.context())
    }

    @Test func `a rotation refuses no token that was good, and signs with another key from then on`() async throws {
        try await BrokerFixture.run { fixture in
            let before = try await fixture.token().text
            let change = try await rotate(fixture)
            let after = try await fixture.token().text
            #expect(before.split(separator: ".").first != after.split(separator: ".").first)
            #expect(change.endedTokens == 0)
            #expect(try await fixture.verify(before).refusal == nil)
            #expect(try await fixture.verify(after).refusal == nil)
        }
    }

    @Test func `one deployment's rotation leaves the others' keys alone`() async throws {
        try await BrokerFixture.run { fixture in
            let others = try await keys(fixture, .active).map(\.key).filter { $0.deployment != "crm-mcp@prod" }
            let change = try await rotate(fixture, "crm-mcp@prod")
            #expect(change.keys.map(\.deployment) == ["crm-mcp@prod"])
            let active = try await keys(fixture, .active).map(\.key)
            #expect(active.filter { $0.deployment != "crm-mcp@prod" } == others)
            #expect(try await keys(fixture, .verifyOnly).map(\.key.deployment) == ["crm-mcp@prod"])
        }
    }

    /// The ceiling of the deployment's tokens is an hour; the margin is a minute.
    @Test(arguments: [-1, 0, 1] as [Int64])
    func `a superseded key retires when the last token it may have signed has expired`(
        beyond seconds: Int64
    ) async throws {
        try await BrokerFixture.run { fixture in
            let change = try await rotate(fixture, "crm-mcp@prod")
            #expect(change.retiresAt == BrokerFixture.start + 3_660)
            fixture.advance(seconds: 3_660 + seconds)
            try await tend(fixture)
            let isRetired = seconds >= 0
            #expect(try await keys(fixture, .retired).count == (isRetired ? 1 : 0))
            #expect(try await keys(fixture, .verifyOnly).count == (isRetired ? 0 : 1))
            let records = try await fixture.audit().filter { $0["event"] == "key_retire" }
            #expect(records.count == (isRetired ? 1 : 0))
        }
    }

    @Test func `a key says how many good tokens were minted while it signed`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await fixture.token()
            let used = try await fixture.token().text
            _ = try await fixture.verify(used)
            _ = try await rotate(fixture, "crm-mcp@prod")
            for _ in 0..<3 { _ = try await fixture.token() }
            let counts = try await keys(fixture).filter { $0.key.deployment == "crm-mcp@prod" }
                .reduce(into: [:]) { $0[$1.key.state] = $1.outstandingTokens }
            #expect(counts == [.verifyOnly: 1, .active: 3])
        }
    }

    @Test func `after an emergency the old keys' tokens are unknown and new ones are good`() async throws {
        try await BrokerFixture.run { fixture in
            let superseded = try await fixture.token().text
            _ = try await rotate(fixture, "crm-mcp@prod")
            let active = try await fixture.token().text
            let elsewhere = try await keys(fixture).map(\.key).filter { $0.deployment == "billing-mcp@prod" }
            let change = try await fixture.broker.compromiseKeys(
                of: "crm-mcp@prod", reason: "a test", by: fixture.admin(as: "ops"), fixture.context())
            #expect(change.endedTokens == 2)
            for token in [superseded, active] {
                #expect(try await fixture.verify(token).refusal == .unknownKey)
                #expect(try await fixture.isActive(token) == false)
            }
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
            #expect(try await keys(fixture).map(\.key).filter { $0.deployment == "billing-mcp@prod" } == elsewhere)
            let record = try #require(try await fixture.audit().last { $0["event"] == "key_compromise" })
            #expect(record["target"] == "deployment crm-mcp@prod")
            #expect(record["count"] == 2)
            #expect(record["reason"] == "a test")
        }
    }

    @Test func `an emergency of the whole tenant takes a new root, and another tenant notices nothing`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            let globex = try await fixture.broker.registryStore.rootKeyVersion("globex")
            _ = try await fixture.broker.compromiseKeys(
                of: nil, reason: "a test", by: fixture.admin(as: "ops"), fixture.context())
            #expect(try await fixture.verify(token).refusal == .unknownKey)
            #expect(Set(try await keys(fixture, .active).map(\.key.rootVersion)) == [2])
            #expect(try await fixture.broker.registryStore.rootKeyVersion("globex") == globex)
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
        }
    }

    @Test func `keys and their states survive a restart`() async throws {
        try await BrokerFixture.run { fixture in
            let dead = try await fixture.token().text
            _ = try await fixture.broker.compromiseKeys(
                of: nil, reason: "a test", by: fixture.admin(as: "ops"), fixture.context())
            let old = try await fixture.token().text
            _ = try await rotate(fixture)
            let new = try await fixture.token().text
            let before = try await keys(fixture)
            try await fixture.close()
            try await fixture.open()
            #expect(try await keys(fixture) == before)
            #expect(try await fixture.verify(dead).refusal == .unknownKey)
            #expect(try await fixture.verify(old).refusal == nil)
            #expect(try await fixture.verify(new).refusal == nil)
        }
    }

    @Test(arguments: [-1, 0, 1] as [Int64])
    func `the timer follows a key that has signed for thirty days`(beyond seconds: Int64) async throws {
        let isDue = seconds >= 0
        try await BrokerFixture.run { fixture in
            let before = try await keys(fixture, .active).map(\.key.id)
            fixture.advance(seconds: 30 * 86_400 + seconds)
            try await tend(fixture, olderThanDays: 30)
            #expect((try await keys(fixture, .active).map(\.key.id) != before) == isDue)
            #expect(try await fixture.audit().contains { $0["event"] == "key_rotate" } == isDue)
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
        }
    }

    @Test func `without an age the timer follows no key`() async throws {
        try await BrokerFixture.run { fixture in
            let before = try await keys(fixture).map(\.key)
            fixture.advance(seconds: 10 * 365 * 86_400)
            try await tend(fixture)
            #expect(try await keys(fixture).map(\.key) == before)
        }
    }

    @Test func `only the role security rotates, and only what is there`() async throws {
        try await BrokerFixture.run { fixture in
            let looker = try fixture.admin(as: "looker")
            await #expect(throws: HallpassError.forbidden(needs: "it needs the role security")) {
                try await fixture.broker.rotateKeys(of: nil, reason: nil, by: looker, fixture.context())
            }
            await #expect(throws: HallpassError.forbidden(needs: "it needs the role security")) {
                try await fixture.broker.compromiseKeys(of: nil, reason: "no", by: looker, fixture.context())
            }
            await #expect(throws: HallpassError.notFound) { try await rotate(fixture, "crm-mcp@nowhere") }
        }
    }
}
