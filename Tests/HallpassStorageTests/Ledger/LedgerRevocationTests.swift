import HallpassCore
import Synchronization
import Testing

@testable import HallpassStorage

struct LedgerRevocationTests {
    @Test(arguments: [
        (RevocationDimension.actor, "alice"), (.client, "gateway"), (.connector, "crm-mcp"),
    ])
    func `a cutoff ends what was minted up to now, and nothing after`(dimension: RevocationDimension, id: String)
        async throws
    {
        try await Storage.with { storage in
            let before = try Fixture.token(storage.ledger)
            let unissued = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(before)
            let (cutoff, live) = try await storage.ledger.revoke(dimension, id)
            #expect(live == 1)
            #expect(cutoff.cutoff >= unissued.sequence)
            try await storage.ledger.issue(unissued)
            let after = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(after)
            for token in [before, unissued] {
                let refusal = try await storage.ledger.use(token)
                #expect(refusal == Refusal(.revoked, .tokenRevoked))
            }
            let refusal = try await storage.ledger.use(after)
            #expect(refusal == nil)
        }
    }

    @Test func `a cutoff of someone else, or in another tenant, ends nothing`() async throws {
        try await Storage.with { storage in
            let mine = try Fixture.token(storage.ledger)
            let theirs = try Fixture.token(storage.ledger, tenant: Fixture.globex)
            try await storage.ledger.issue(mine)
            try await storage.ledger.issue(theirs)
            _ = try await storage.ledger.revoke(.actor, "bob")
            let mineRefused = try await storage.ledger.use(mine, consumes: false)
            _ = try await storage.ledger.revoke(.actor, "alice")
            let theirsRefused = try await storage.ledger.use(theirs)
            #expect(mineRefused == nil)
            #expect(theirsRefused == nil)
        }
    }

    @Test func `only what was good counts as ended`() async throws {
        try await Storage.with { storage in
            let used = try Fixture.token(storage.ledger)
            let expired = try Fixture.token(storage.ledger, expiresAt: Fixture.now)
            let good = try Fixture.token(storage.ledger)
            let other = try Fixture.token(storage.ledger, subject: "bob")
            for token in [used, expired, good, other] { try await storage.ledger.issue(token) }
            _ = try await storage.ledger.use(used)
            let first = try await storage.ledger.revoke(.actor, "alice")
            let second = try await storage.ledger.revoke(.connector, "crm-mcp")
            #expect(first.live == 1)
            #expect(second.live == 1)
        }
    }

    /// What the protocol says of a revocation: no use that starts after its acknowledgement is let through.
    @Test func `once a revocation is acknowledged, no concurrent use gets through`() async throws {
        try await Storage.with { storage in
            let tokens = try (0..<400).map { _ in try Fixture.token(storage.ledger) }
            for token in tokens { try await storage.ledger.issue(token) }
            let isAcknowledged = Flag()
            let late = try await withThrowingTaskGroup(of: Int.self) { group in
                for slice in 0..<8 {
                    group.addTask {
                        var late = 0
                        for token in tokens[(slice * 50)..<(slice * 50 + 50)] {
                            let startedAfterwards = isAcknowledged.isUp
                            let refusal = try await storage.ledger.use(token)
                            if startedAfterwards, refusal == nil { late += 1 }
                        }
                        return late
                    }
                }
                group.addTask {
                    _ = try await storage.ledger.revoke(.actor, "alice")
                    isAcknowledged.raise()
                    return 0
                }
                return try await group.reduce(0, +)
            }
            #expect(late == 0)
        }
    }

    @Test func `numbers go on above everything on record after a restart`() async throws {
        let folder = try ScratchFolder()
        var last: Int64 = 0
        try await Storage.with(folder: folder) { storage in
            for tenant in [Fixture.acme, Fixture.globex] {
                let token = try Fixture.token(storage.ledger, tenant: tenant)
                try await storage.ledger.issue(token)
                last = token.sequence
            }
        }
        try await Storage.with(folder: folder) { storage in
            #expect(storage.ledger.nextSequence() == last + 1)
            last = try await storage.ledger.revoke(.actor, "alice").cutoff.cutoff
        }
        try await Storage.with(folder: folder) { storage in
            #expect(storage.ledger.nextSequence() == last + 1)
        }
    }

    @Test func `revocations are listed newest first, a page at a time`() async throws {
        try await Storage.with { storage in
            var cutoffs: [Int64] = []
            for id in ["alice", "bob", "carol"] {
                cutoffs.insert(try await storage.ledger.revoke(.actor, id).cutoff.cutoff, at: 0)
            }
            let first = try await storage.registry.revocations(Fixture.acme, limit: 2)
            let second = try await storage.registry.revocations(
                Fixture.acme, before: first.last?.cutoff.cutoff, limit: 2)
            #expect(first.map(\.cutoff.id) == ["carol", "bob"])
            #expect(second.map(\.cutoff.id) == ["alice"])
            #expect((first + second).map(\.cutoff.cutoff) == cutoffs)
            #expect(first.first?.author == "root")
            #expect(first.first?.createdAt == Fixture.now)
        }
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isUp: Bool { value.load(ordering: .sequentiallyConsistent) }
    func raise() { value.store(true, ordering: .sequentiallyConsistent) }
}
