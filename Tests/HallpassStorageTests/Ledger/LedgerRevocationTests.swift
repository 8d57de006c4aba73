import HallpassCore
import Synchronization
import Testing

@testable import HallpassStorage

struct LedgerRevocationTests {
    @Test(arguments: RevocationDimension.allCases.filter { $0 != .token }, [nil, ["planner", "browser"]])
    func `a cutoff ends what was minted up to now, and nothing after`(
        dimension: RevocationDimension, agents: [String]?
    ) async throws {
        try await Storage.with { storage in
            try await storage.addKey()
            func token() throws -> TokenRow { try Fixture.token(storage.ledger, txn: "t-1", agents: agents) }
            let before = try token()
            let unissued = try token()
            try await storage.ledger.issue(before)
            let id = try #require(before.names(in: dimension).last)
            let (cutoff, live) = try await storage.ledger.revoke(dimension, id)
            #expect(live == 1)
            #expect(cutoff.cutoff >= unissued.sequence)
            try await storage.ledger.issue(unissued)
            let after = try token()
            try await storage.ledger.issue(after)
            for token in [before, unissued] {
                let refusal = try await storage.ledger.use(token)
                #expect(refusal == Refusal(.revoked, .tokenRevoked))
            }
            let refusal = try await storage.ledger.use(after)
            #expect(refusal == nil)
        }
    }

    @Test func `one token is cut off by its id`() async throws {
        try await Storage.with { storage in
            let tokens = [try Fixture.token(storage.ledger), try Fixture.token(storage.ledger)]
            for token in tokens { try await storage.ledger.issue(token) }
            let live = try await storage.ledger.revoke(.token, tokens[0].id.text).live
            #expect(live == 1)
            let first = try await storage.ledger.use(tokens[0])
            let second = try await storage.ledger.use(tokens[1])
            #expect(first == Refusal(.revoked, .tokenRevoked))
            #expect(second == nil)
        }
    }

    @Test func `what a cutoff would not end is not counted`() async throws {
        try await Storage.with { storage in
            try await storage.ledger.issue(try Fixture.token(storage.ledger))
            try await storage.addKey()
            for (dimension, id) in [
                (RevocationDimension.key, "AQEBAQEBAQEBAQEBAQEBAQ"), (.txn, "t-1"), (.agent, "planner"),
                (.token, "AQEBAQEBAQEBAQEBAQEBAQ"), (.environment, "dev"), (.deployment, "crm-mcp@dev"),
                (.tenant, "globex"),
            ] {
                let live = try await storage.ledger.liveTokens(
                    of: Fixture.acme, dimension: dimension, id: id, after: RevocationCutoffs(), nowSeconds: Fixture.now)
                #expect(live == 0, "\(dimension)")
            }
        }
    }

    /// Whoever follows by number must never see one twice.
    @Test func `a switch's number is not given again after a restart, though no row keeps it`() async throws {
        let folder = try ScratchFolder()
        let tool = try #require(DisabledThing(.tool, id: "crm-mcp/add_note"))
        var last: Int64 = 0
        try await Storage.with(folder: folder) { storage in
            for action in [LedgerAction.disable(tool, author: "root", reason: "loops"), .enable(tool)] {
                guard case .switched(let number, nil, 0) = try await storage.ledger.submit(Fixture.entry(action)) else {
                    throw UnexpectedOutcome()
                }
                #expect(number > last)
                last = number
            }
        }
        try await Storage.with(folder: folder) { storage in #expect(storage.ledger.nextSequence() == last + 1) }
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

    /// Cutoffs of every dimension follow one another while tokens are minted, and each count is held against a look at every
    /// token there is: SQLite counts some of them without looking.
    @Test func `what is counted is what dies, whatever died before`() async throws {
        try await Storage.with { storage in
            try await storage.addKey()
            var tokens: [TokenRow] = []
            var past = RevocationCutoffs()
            let cutoffs: [(RevocationDimension, String?)] = [
                (.txn, "t-1"), (.actor, "bob"), (.actor, "bob"), (.agent, "x"), (.agent, "planner"), (.token, nil),
                (.client, "other-gateway"), (.agent, "gateway"), (.key, "AQEBAQEBAQEBAQEBAQEBAQ"), (.actor, "alice"),
                (.deployment, "crm-mcp@prod"), (.connector, "crm-mcp"), (.environment, "dev"), (.txn, "t-2"),
                (.tenant, "acme"), (.agent, "x"), (.tenant, "acme"), (.client, "gateway"),
            ]
            for (number, (dimension, name)) in cutoffs.enumerated() {
                // The last of the agents' names holds the JSON of another.
                for (index, agents) in [nil, ["planner", "x"], ["\"x"], nil].enumerated() where number % 3 != 2 {
                    let token = try Fixture.token(
                        storage.ledger, subject: index == number % 4 ? "bob" : "alice",
                        client: index == 3 ? "other-gateway" : "gateway", txn: index == 2 ? nil : "t-\(number % 3)",
                        agents: agents)
                    try await storage.ledger.issue(token)
                    tokens.append(token)
                }
                let id = try name ?? #require(tokens.last).id.text
                let wanted = RevocationCutoffs([
                    RevocationCutoff(dimension: dimension, id: id, cutoff: .max, createdAt: Fixture.now)
                ])
                let expected = tokens.count { token in
                    wanted.revokes(sequence: token.sequence, names: token.names)
                        && !past.revokes(sequence: token.sequence, names: token.names)
                }
                let (cutoff, live) = try await storage.ledger.revoke(dimension, id)
                #expect(live == Int64(expected), "\(number): \(dimension) \(id)")
                past.add(cutoff)
            }
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
            #expect(first.first?.cutoff.createdAt == Fixture.now)
        }
    }
}

extension Storage {
    /// A key of 16 ones that signs from now on.
    fileprivate func addKey() async throws {
        let row = SigningKeyRow(
            tenant: Fixture.acme, id: try #require(KeyID(bytes: [UInt8](repeating: 1, count: 16))),
            deployment: try Fixture.deployment(), rootVersion: 1, createdAt: Fixture.now,
            firstSequence: ledger.nextSequence())
        try await ledger.transact { transaction in
            let root = SealedKeyRow(tenant: Fixture.acme, version: 1, sealed: [1], createdAt: 0)
            try KeyTable.insert(root, as: .root, transaction.db)
            try SigningKeyTable.insert(row, transaction.db)
        }
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isUp: Bool { value.load(ordering: .sequentiallyConsistent) }
    func raise() { value.store(true, ordering: .sequentiallyConsistent) }
}
