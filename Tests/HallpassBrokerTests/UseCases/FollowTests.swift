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
    ) async throws -> RevocationFollowing {
        let follower = try fixture.broker.follower(fixture.client(client, tenant: tenant))
        return try await fixture.broker.followRevocations(after: after, by: follower)
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
                case .token(let token): heard.append("\(number) token \(token.id.text) \(token.sequence)")
                case .quarantine(let tool): heard.append("\(number) quarantine \(tool.connector)/\(tool.tool.rawValue)")
                case .release(let tool): heard.append("\(number) release \(tool.connector)/\(tool.tool.rawValue)")
                }
            }
        }
        return heard
    }

    @Test func `whoever follows is shown what is in force and told what comes, in order`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try await revoke(fixture, "alice")
            let following = try await follow(fixture)
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
            let again = try await follow(fixture, after: second)
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
            let following = try await follow(fixture)
            let token = try await fixture.token()
            let keys = try fixture.client("crm-server").snapshot.keys
            let sequence = try TokenVerifier.verify(UnverifiedToken(Array(token.text.utf8)), keys: keys).claims.sequence
            _ = try await fixture.broker.compromiseKeys(
                of: deployment.flatMap { DeploymentID($0) }, reason: "a test", by: fixture.admin(as: "ops"),
                fixture.context())
            let later = try await follow(fixture)
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
            let following = try await follow(fixture)
            let theirs = try await follow(fixture, tenant: "globex")
            let before = following.revision
            try await fixture.apply([["kind": "Environment", "id": "qa"]], to: "acme")
            try await fixture.apply([["kind": "Environment", "id": "qa"]], to: "acme")
            #expect(await heard(following) == ["- revision \(before + 1)"])
            #expect(await heard(theirs) == [])
            let again = try await follow(fixture, after: number)
            #expect(again.revision == before + 1)
            #expect(again.number == number)
        }
    }

    @Test func `nobody hears of another tenant`() async throws {
        try await BrokerFixture.run { fixture in
            let theirs = try await follow(fixture, tenant: "globex")
            _ = try await revoke(fixture, "alice")
            #expect(await heard(theirs) == [])
            #expect(try await follow(fixture, tenant: "globex").cutoffs.isEmpty)
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
            #expect(try await follow(fixture, after: first).cutoffs.map(\.id) == ["bob"])
            #expect(try await follow(fixture, after: 999_999).cutoffs.map(\.id) == ["alice", "bob"])
            let third = try await revoke(fixture, "carol")
            #expect(third > first + 1)
            #expect(try await follow(fixture, after: first + 1).cutoffs.map(\.id) == ["carol"])
        }
    }

    @Test func `who may listen, listens as long as they may`() async throws {
        try await BrokerFixture.run { fixture in
            for client in ["gateway", "quiet-gateway", "crm-server", "ops"] {
                let following = try await follow(fixture, as: client)
                #expect(following.isWelcome())
            }
            await #expect(throws: HallpassError.self) { try await follow(fixture, as: "looker") }
            let following = try await follow(fixture, as: "crm-server")
            let unconcerned = try await follow(fixture, as: "gateway")
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
            for _ in 0..<Limits.feedFollowersPerTenant { all.append(try await follow(fixture)) }
            await #expect(throws: HallpassError.self) { try await follow(fixture) }
            #expect(try await follow(fixture, tenant: "globex").isWelcome())
            #expect(fixture.broker.revocationFollowerCount >= Limits.feedFollowersPerTenant)
            all.removeLast().signals.end()
            _ = try await follow(fixture)
            all.removeAll()
            #expect(fixture.broker.revocationFollowerCount == 0)
        }
    }

    @Test func `who does not keep up is let go, and nobody waits for them`() async throws {
        try await BrokerFixture.run { fixture in
            let slow = try await follow(fixture)
            for _ in 0..<Limits.feedBacklogEvents { slow.signals.beat() }
            #expect(fixture.broker.revocationFollowerCount == 1)
            _ = try await revoke(fixture, "alice")
            #expect(fixture.broker.revocationFollowerCount == 0)
            let heard = await heard(slow)
            #expect(heard.count == Limits.feedBacklogEvents)
            #expect(!heard.contains { $0 != "heartbeat" })
        }
    }

    @Test func `a token that its gateway ends is told, and to who comes later until it has expired`() async throws {
        try await BrokerFixture.run { fixture in
            let following = try await follow(fixture)
            let (ended, used, kept) = (
                try await fixture.token(), try await fixture.token(), try await fixture.token()
            )
            _ = try await fixture.verify(used.text).get()
            for token in [ended, used, ended] {
                try await fixture.broker.revokeToken(token.text, by: fixture.client("gateway"), fixture.context())
            }
            let (id, sequence) = (ended.claims.id, ended.claims.sequence)
            #expect(await heard(following) == ["- token \(id.text) \(sequence)"])
            #expect(try await follow(fixture).tokens == [RevokedToken(id: id, sequence: sequence)])
            #expect(try await follow(fixture, tenant: "globex").tokens.isEmpty)
            fixture.advance(seconds: kept.lifetimeSeconds)
            #expect(try await follow(fixture).tokens.isEmpty)
        }
    }

    @Test func `a tool that goes into quarantine is told, and that it is out again, however that came about`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            let following = try await follow(fixture)
            let observe = { (text: String?) in
                _ = try await fixture.broker.observe(
                    [ToolDefinition(name: "find_contact", description: text, inputSchema: nil)], of: "crm-mcp",
                    isDryRun: false, by: fixture.security(), fixture.context())
            }
            try await observe("Another.")
            let key = Quarantine.Key(connector: "crm-mcp", tool: "find_contact")
            #expect(try await follow(fixture).quarantined == [key])
            let choice = { () -> [QuarantineChoice] in
                let row = try fixture.broker.quarantine(by: fixture.security())[0].tool
                return [QuarantineChoice(tool: row.observed.name, digest: row.observed.digest)]
            }
            try await observe(nil)
            try await fixture.broker.dismiss(choice(), of: "crm-mcp", by: fixture.security(), fixture.context())
            try await observe("Another.")
            _ = try await fixture.broker.accept(choice(), of: "crm-mcp", by: fixture.security(), fixture.context())
            #expect(try await follow(fixture).quarantined.isEmpty)
            let tool = "crm-mcp/find_contact"
            #expect(
                await heard(following) == [
                    "- quarantine \(tool)", "- release \(tool)", "- quarantine \(tool)", "- release \(tool)",
                    "- revision 2",
                ])
        }
    }
}
