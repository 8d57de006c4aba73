import StrictJSON
import Testing

@testable import HallpassCore

struct RevocationCutoffsTests {
    let fixture: Fixture
    /// Minted as number 41.
    let token: VerifiedToken

    init() throws {
        fixture = try Fixture()
        token = try fixture.verified(fixture.token { $0["txn"] = "t-1" })
    }

    private func revokes(_ cutoffs: [(RevocationDimension, String, Int64)]) -> Bool {
        RevocationCutoffs(
            cutoffs.map { RevocationCutoff(dimension: $0.0, id: $0.1, cutoff: $0.2, createdAt: Fixture.now) }
        ).revokes(token)
    }

    private func revokes(_ dimension: RevocationDimension, _ id: String, _ cutoff: Int64) -> Bool {
        revokes([(dimension, id, cutoff)])
    }

    @Test func `without cutoffs nothing is revoked`() { #expect(revokes([]) == false) }

    @Test(arguments: RevocationDimension.allCases)
    func `a dimension reaches what it names, up to its cutoff, and nothing else`(dimension: RevocationDimension) {
        let (own, other) = Fixture.names(in: dimension, of: token)
        #expect(dimension.canName(own))
        #expect(revokes(dimension, own, 41))
        #expect(!revokes(dimension, own, 40))
        #expect(!revokes(dimension, other, 99))
    }

    @Test func `an agent is cut off wherever it stands in the chain`() throws {
        let chain = try fixture.verified(fixture.token { $0["act"] = ["sub": "planner", "act": ["sub": "browser"]] })
        for (agent, isDead) in [("planner", true), ("browser", true), ("support-gateway", false)] {
            let cutoffs = RevocationCutoffs([
                RevocationCutoff(dimension: .agent, id: agent, cutoff: 99, createdAt: Fixture.now)
            ])
            #expect(cutoffs.revokes(chain) == isDead, "\(agent)")
        }
    }

    @Test func `a token without a transaction is not reached by any`() throws {
        let plain = try fixture.verified(fixture.token())
        let cutoff = RevocationCutoff(dimension: .txn, id: "t-1", cutoff: 99, createdAt: Fixture.now)
        #expect(!RevocationCutoffs([cutoff]).revokes(plain))
        #expect(RevocationCutoffs([cutoff]).revokes(token))
    }

    @Test func `any one cutoff is enough, and none excuses from another`() {
        #expect(revokes([(.actor, "alice", 40), (.client, "support-gateway", 41)]))
        #expect(revokes([(.client, "support-gateway", 40), (.connector, "crm-mcp", 99), (.actor, "alice", 1)]))
        #expect(!revokes([(.actor, "bob", 99), (.client, "other", 99), (.connector, "billing-mcp", 99)]))
    }

    @Test func `an earlier cutoff never takes back a later one`() {
        #expect(revokes([(.actor, "alice", 50), (.actor, "alice", 3)]))
        #expect(revokes([(.actor, "alice", 3), (.actor, "alice", 50)]))
    }

    @Test func `a name in one dimension is not that name in another`() {
        #expect(!revokes([(.client, "alice", 99), (.actor, "crm-mcp", 99), (.connector, "support-gateway", 99)]))
    }

    /// `é` as one code point and as two look alike and are two people.
    @Test func `a name is compared byte for byte`() throws {
        let token = try fixture.verified(fixture.token { $0["sub"] = "zo\u{E9}" })
        func revokes(_ id: String) -> Bool {
            RevocationCutoffs([RevocationCutoff(dimension: .actor, id: id, cutoff: 99, createdAt: Fixture.now)])
                .revokes(token)
        }
        #expect(revokes("zo\u{E9}"))
        #expect(!revokes("zoe\u{301}"))
    }

    @Test func `what no token is old enough for is forgotten, and what one may be is not`() {
        var cutoffs = RevocationCutoffs()
        for number in 0..<(RevocationCutoffs.countBeforeForgetting - 1) {
            cutoffs.add(RevocationCutoff(dimension: .actor, id: "a\(number)", cutoff: Int64(number), createdAt: 0))
        }
        #expect(cutoffs.count == RevocationCutoffs.countBeforeForgetting - 1)
        var aged = cutoffs
        let age = RevocationCutoffs.retentionSeconds
        cutoffs.add(RevocationCutoff(dimension: .actor, id: "new", cutoff: 9_999, createdAt: age))
        #expect(cutoffs.count == RevocationCutoffs.countBeforeForgetting)
        aged.add(RevocationCutoff(dimension: .actor, id: "new", cutoff: 9_999, createdAt: age + 1))
        #expect(aged.all.map(\.id) == ["new"])
    }
}
