import HallpassCore
import HallpassStorage
import StrictJSON
import Testing

@testable import HallpassBroker

struct FollowTests {
    private func revoke(_ fixture: BrokerFixture, _ actor: String) async throws -> Int64 {
        try await fixture.broker.revoke(
            .actor, id: actor, reason: "a test", by: fixture.admin(as: "ops"), fixture.context()
        ).cutoff.cutoff
    }

    private func follow(
        _ fixture: BrokerFixture, after: Int64? = nil, as client: String = "crm-server", tenant: String = "acme"
    ) throws -> RevocationFollowing {
        let follower = try fixture.broker.follower(fixture.client(client, tenant: tenant))
        return try fixture.broker.followRevocations(after: after, by: follower)
    }

    /// What is told until the stream is ended here.
    private func heard(_ following: RevocationFollowing) async -> [String] {
        following.signals.end()
        var heard: [String] = []
        for await signal in following.signals.stream {
            switch signal {
            case .heartbeat: heard.append("heartbeat")
            case .event(let event):
                let number = event.number.map(String.init) ?? "-"
                switch event.kind {
                case .revocation(let cutoff): heard.append("\(number) \(cutoff.dimension.rawValue) \(cutoff.id)")
                case .disable(let thing): heard.append("\(number) off \(thing.text)")
                case .enable(let thing): heard.append("\(number) on \(thing.text)")
                case .registry(let revision): heard.append("\(number) revision \(revision)")
                }
            }
        }
        return heard
    }

    @Test func `whoever follows is shown what is in force and told what comes, in order`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try await revoke(fixture, "alice")
            let following = try follow(fixture)
            #expect(following.cutoffs.map(\.id) == ["alice"])
            #expect(following.disabled.isEmpty)
            #expect(following.number == first)
            let second = try await revoke(fixture, "bob")
            let admin = try fixture.admin(as: "ops")
            let tool = try #require(DisabledThing(.tool, id: "crm-mcp/add_note"))
            let client = try #require(DisabledThing(.client, id: "quiet-gateway"))
            _ = try await fixture.broker.disable(tool, reason: "a test", by: admin, fixture.context())
            _ = try await fixture.broker.disable(client, reason: "a test", by: admin, fixture.context())
            try await fixture.broker.enable(tool, reason: "a test", by: admin, fixture.context())
            following.signals.beat()
            #expect(
                await heard(following) == [
                    "\(second) actor bob", "\(second + 1) off tool crm-mcp/add_note",
                    "\(second + 2) client quiet-gateway", "\(second + 2) off client quiet-gateway",
                    "\(second + 3) on tool crm-mcp/add_note", "heartbeat",
                ])
            let again = try follow(fixture, after: second)
            #expect(again.cutoffs.map(\.id) == ["quiet-gateway"])
            #expect(again.disabled == [client])
            #expect(again.number == second + 3)
        }
    }

    @Test(arguments: [("crm-mcp@prod", "deployment crm-mcp@prod"), (nil, "tenant acme")] as [(String?, String)])
    func `keys that were compromised are told as a cutoff of what they signed for, and to who comes later`(
        deployment: String?, told: String
    ) async throws {
        try await BrokerFixture.run { fixture in
            let following = try follow(fixture)
            let token = try await fixture.token()
            let keys = try fixture.client("crm-server").snapshot.keys
            let sequence = try TokenVerifier.verify(UnverifiedToken(token.text.utf8), keys: keys).claims.sequence
            _ = try await fixture.broker.compromiseKeys(
                of: deployment.flatMap { DeploymentID($0) }, reason: "a test", by: fixture.admin(as: "ops"),
                fixture.context())
            let later = try follow(fixture)
            let cutoff = try #require(later.cutoffs.last)
            #expect("\(cutoff.dimension.rawValue) \(cutoff.id)" == told)
            #expect(cutoff.cutoff > sequence)
            #expect(await heard(following) == ["\(cutoff.cutoff) \(told)"])
            // What the new keys sign is not concerned.
            let next = try await fixture.verify(try await fixture.token().text)
            #expect(next.refusal == nil)
        }
    }

    @Test func `a change of the registry is told by its revision, and moves nobody's place`() async throws {
        try await BrokerFixture.run { fixture in
            let number = try await revoke(fixture, "alice")
            let following = try follow(fixture)
            let theirs = try follow(fixture, tenant: "globex")
            let before = following.revision
            try await fixture.apply([["kind": "Environment", "id": "qa"]], to: "acme")
            try await fixture.apply([["kind": "Environment", "id": "qa"]], to: "acme")
            #expect(await heard(following) == ["- revision \(before + 1)"])
            #expect(await heard(theirs) == [])
            let again = try follow(fixture, after: number)
            #expect(again.revision == before + 1)
            #expect(again.number == number)
        }
    }

    @Test func `nobody hears of another tenant`() async throws {
        try await BrokerFixture.run { fixture in
            let theirs = try follow(fixture, tenant: "globex")
            _ = try await revoke(fixture, "alice")
            #expect(await heard(theirs) == [])
            #expect(try follow(fixture, tenant: "globex").cutoffs.isEmpty)
        }
    }

    @Test func `a place to go on from outlives a restart, and one that was never given counts for nothing`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            let first = try await revoke(fixture, "alice")
            _ = try await revoke(fixture, "bob")
            try await fixture.close()
            try await fixture.open()
            #expect(try follow(fixture, after: first).cutoffs.map(\.id) == ["bob"])
            #expect(try follow(fixture, after: 999_999).cutoffs.map(\.id) == ["alice", "bob"])
            let third = try await revoke(fixture, "carol")
            #expect(third > first + 1)
            #expect(try follow(fixture, after: first + 1).cutoffs.map(\.id) == ["carol"])
        }
    }

    @Test func `who may listen, listens as long as they may`() async throws {
        try await BrokerFixture.run { fixture in
            for client in ["gateway", "quiet-gateway", "crm-server", "ops"] {
                let following = try follow(fixture, as: client)
                #expect(following.isWelcome())
            }
            #expect(throws: HallpassError.self) { try follow(fixture, as: "looker") }
            let following = try follow(fixture, as: "crm-server")
            let unconcerned = try follow(fixture, as: "gateway")
            let thing = try #require(DisabledThing(.client, id: "crm-server"))
            let admin = try fixture.admin(as: "ops")
            _ = try await fixture.broker.disable(thing, reason: "a test", by: admin, fixture.context())
            #expect(!following.isWelcome())
            #expect(unconcerned.isWelcome())
            let secrets = try await fixture.broker.secrets(of: "gateway", by: admin)
            try await fixture.broker.revokeSecret(
                secrets[0].name, of: "gateway", by: admin, fixture.context())
            #expect(!unconcerned.isWelcome())
        }
    }

    @Test func `there are only so many, and who leaves makes room`() async throws {
        try await BrokerFixture.run { fixture in
            var all: [RevocationFollowing] = []
            for _ in 0..<Limits.feedFollowersPerTenant { all.append(try follow(fixture)) }
            #expect(throws: HallpassError.self) { try follow(fixture) }
            #expect(try follow(fixture, tenant: "globex").isWelcome())
            #expect(fixture.broker.revocationFollowerCount >= Limits.feedFollowersPerTenant)
            all.removeLast().signals.end()
            _ = try follow(fixture)
            all.removeAll()
            #expect(fixture.broker.revocationFollowerCount == 0)
        }
    }

    @Test func `who does not keep up is let go, and nobody waits for them`() async throws {
        try await BrokerFixture.run { fixture in
            let slow = try follow(fixture)
            for _ in 0..<Limits.feedBacklogEvents { slow.signals.beat() }
            #expect(fixture.broker.revocationFollowerCount == 1)
            _ = try await revoke(fixture, "alice")
            #expect(fixture.broker.revocationFollowerCount == 0)
            let heard = await heard(slow)
            #expect(heard.count == Limits.feedBacklogEvents)
            #expect(!heard.contains { $0 != "heartbeat" })
        }
    }
}
