import HallpassCore
import HallpassStorage
import StrictJSON
import Testing

@testable import HallpassBroker

struct SecretTests {
    private func lastUses(_ fixture: BrokerFixture, of client: ClientID = "gateway") async throws -> [Int64?] {
        try await fixture.broker.secrets(of: client, by: fixture.admin()).map(\.lastUsedAt)
    }

    private func storedUses(_ fixture: BrokerFixture) async throws -> [Int64?] {
        try await fixture.broker.registryStore.secrets(of: "gateway", tenant: "acme").map(\.lastUsedAt)
    }

    @Test(arguments: [(59, true), (60, false), (61, false)] as [(Int64, Bool)])
    func `a secret with an expiry is good up to it, not at it`(seconds: Int64, isGood: Bool) async throws {
        try await BrokerFixture.run { fixture in
            let issued = try await fixture.broker.issueSecret(
                for: "gateway", lifetimeSeconds: 60, by: fixture.admin(), fixture.context())
            #expect(issued.expiresAt == BrokerFixture.start + 60)
            fixture.advance(seconds: seconds)
            let client = try? fixture.broker.authenticate(
                id: "gateway", secret: ClientSecret.digest(of: issued.secret.text))
            #expect((client != nil) == isGood)
            #expect(
                try fixture.broker.authenticate(
                    id: "gateway", secret: ClientSecret.digest(of: fixture.secret("gateway"))
                ).client.id == "gateway"
            )
        }
    }

    @Test func `a secret's name is no option of a command line`() throws {
        for _ in 0..<500 { #expect(try !ClientSecret.make(for: "gateway").name.hasPrefix("-")) }
    }

    @Test func `a secret that is expired makes room for another`() async throws {
        try await BrokerFixture.run { fixture in
            let admin = try fixture.admin()
            _ = try await fixture.broker.issueSecret(for: "gateway", lifetimeSeconds: 60, by: admin, fixture.context())
            await #expect(throws: HallpassError.self) {
                try await fixture.broker.issueSecret(for: "gateway", by: admin, fixture.context())
            }
            fixture.advance(seconds: 60)
            _ = try await fixture.broker.issueSecret(for: "gateway", by: admin, fixture.context())
            #expect(try await lastUses(fixture).count == 2)
        }
    }

    @Test func `the last use is shown at once and on disk only when it is flushed`() async throws {
        try await BrokerFixture.run { fixture in
            #expect(try await lastUses(fixture) == [nil])
            _ = try fixture.client("gateway")
            #expect(try await lastUses(fixture) == [BrokerFixture.start])
            #expect(try await storedUses(fixture) == [nil])
            try await fixture.broker.flushSecretUses()
            #expect(try await storedUses(fixture) == [BrokerFixture.start])
        }
    }

    @Test func `a wrong secret is no use of the right one`() async throws {
        try await BrokerFixture.run { fixture in
            let secret = try fixture.secret("gateway")
            for (id, text) in [("crm-server", secret), ("gateway", "\(secret)x"), ("", secret)] {
                #expect(throws: HallpassError.invalidClient) {
                    try fixture.broker.authenticate(id: id, secret: ClientSecret.digest(of: text))
                }
            }
            #expect(try await lastUses(fixture) == [nil])
        }
    }

    /// A change of the registry reads the secrets again from disk, where the use is not yet.
    @Test func `a use that is not on disk yet survives a change of the registry, and one that is a restart`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            _ = try fixture.client("gateway")
            try await fixture.apply([["kind": "Environment", "id": "other"]], to: "acme")
            #expect(try await lastUses(fixture) == [BrokerFixture.start])
            try await fixture.broker.flushSecretUses()
            try await fixture.close()
            try await fixture.open()
            #expect(try await lastUses(fixture) == [BrokerFixture.start])
        }
    }

    @Test func `a flush writes what is new and nothing else`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try fixture.client("gateway")
            try await fixture.broker.flushSecretUses()
            let unflushed = fixture.broker.snapshot.secrets.values.filter { $0.lastUse.unflushedSeconds != nil }
            #expect(unflushed.isEmpty)
            fixture.advance(seconds: 1)
            _ = try fixture.client("gateway")
            #expect(fixture.broker.snapshot.secrets.values.count { $0.lastUse.unflushedSeconds != nil } == 1)
        }
    }

    @Test func `a flush that failed is made up for`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try fixture.client("gateway")
            await fixture.broker.ledger.stop()
            await #expect(throws: HallpassError.unavailable) { try await fixture.broker.flushSecretUses() }
            #expect(fixture.broker.snapshot.secrets.values.contains { $0.lastUse.unflushedSeconds != nil })
        }
    }
}
