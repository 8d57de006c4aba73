import HallpassCore
import StrictJSON
import Testing

struct RevocationCutoffsTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func revokes(_ cutoffs: [(RevocationDimension, String, Int64)]) throws -> Bool {
        let claims = try fixture.verified(fixture.token()).claims
        return RevocationCutoffs(cutoffs.map { RevocationCutoff(dimension: $0.0, id: $0.1, cutoff: $0.2) }).revokes(
            claims)
    }

    @Test func `without cutoffs nothing is revoked`() throws {
        #expect(try revokes([]) == false)
    }

    @Test func `any one cutoff is enough, and none excuses from another`() throws {
        #expect(try revokes([(.actor, "alice", 40), (.client, "support-gateway", 41)]))
        #expect(try revokes([(.client, "support-gateway", 40), (.connector, "crm-mcp", 99), (.actor, "alice", 1)]))
        #expect(try revokes([(.actor, "bob", 99), (.client, "other", 99), (.connector, "billing-mcp", 99)]) == false)
    }

    @Test func `an earlier cutoff never takes back a later one`() throws {
        #expect(try revokes([(.actor, "alice", 50), (.actor, "alice", 3)]))
        #expect(try revokes([(.actor, "alice", 3), (.actor, "alice", 50)]))
    }

    @Test func `a name in one dimension is not that name in another`() throws {
        #expect(
            try revokes([(.client, "alice", 99), (.actor, "crm-mcp", 99), (.connector, "support-gateway", 99)]) == false
        )
    }

    /// `é` as one code point and as two look alike and are two people.
    @Test func `a name is compared byte for byte`() throws {
        let claims = try fixture.verified(fixture.token { $0["sub"] = "zo\u{E9}" }).claims
        func revokes(_ id: String) -> Bool {
            RevocationCutoffs([RevocationCutoff(dimension: .actor, id: id, cutoff: 99)]).revokes(claims)
        }
        #expect(revokes("zo\u{E9}"))
        #expect(!revokes("zoe\u{301}"))
    }
}
