import GRDB
import HallpassCore
import Testing

@testable import HallpassStorage

struct LedgerSweepTests {
    @Test func `what has expired is swept away in pieces, and what is good stays`() async throws {
        try await Storage.with { storage in
            for tenant in [Fixture.acme, Fixture.globex] {
                for offset in [-2, -1, 0, 1] {
                    try await storage.ledger.issue(
                        Fixture.token(storage.ledger, tenant: tenant, expiresAt: Fixture.now + Int64(offset)))
                }
            }
            var pieces: [Int] = []
            for _ in 0..<3 {
                pieces.append(try await storage.ledger.sweep(.token, expiredBefore: Fixture.now, limit: 3))
            }
            #expect(pieces == [3, 1, 0])
            let left = try await storage.database.read { try Int64.fetchAll($0, sql: "SELECT expires_at FROM token") }
            #expect(left.sorted() == [0, 0, 1, 1].map { Fixture.now + $0 })
        }
    }

    @Test func `a number is not given twice after its token was swept away`() async throws {
        let folder = try ScratchFolder()
        var last: Int64 = 0
        try await Storage.with(folder: folder) { storage in
            let token = try Fixture.token(storage.ledger, expiresAt: Fixture.now - 1)
            try await storage.ledger.issue(token)
            last = token.sequence
            let count = try await storage.ledger.sweep(.token, expiredBefore: Fixture.now, limit: 10)
            #expect(count == 1)
        }
        try await Storage.with(folder: folder) { storage in #expect(storage.ledger.nextSequence() > last) }
    }

    @Test func `a swept token is refused as never issued`() async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger, expiresAt: Fixture.now - 1)
            try await storage.ledger.issue(token)
            _ = try await storage.ledger.sweep(.token, expiredBefore: Fixture.now, limit: 10)
            let refusal = try await storage.ledger.use(token)
            #expect(refusal == Refusal(.ledger, .tokenNotIssued))
        }
    }
}
