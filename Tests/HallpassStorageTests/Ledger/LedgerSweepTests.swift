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
                let step = try await storage.ledger.sweep(.token, expiredBefore: Fixture.now, limit: 3)
                pieces.append(step.removedCount)
            }
            #expect(pieces == [3, 1, 0])
            let left = try await storage.database.read { try Int64.fetchAll($0, sql: "SELECT expires_at FROM token") }
            #expect(left.sorted() == [0, 0, 1, 1].map { Fixture.now + $0 })
        }
    }

    @Test func `a sweep goes on with the tenant it stopped at, and with none before it`() async throws {
        try await Storage.with { storage in
            func issueExpired(_ count: Int, of tenant: TenantID) async throws {
                for _ in 0..<count {
                    try await storage.ledger.issue(
                        Fixture.token(storage.ledger, tenant: tenant, expiresAt: Fixture.now - 1))
                }
            }
            try await issueExpired(1, of: Fixture.acme)
            try await issueExpired(4, of: Fixture.globex)
            let first = try await storage.ledger.sweep(.token, expiredBefore: Fixture.now, limit: 3)
            #expect(first == SweepStep(removedCount: 3, next: Fixture.globex))
            try await issueExpired(1, of: Fixture.acme)
            let second = try await storage.ledger.sweep(
                .token, expiredBefore: Fixture.now, limit: 3, from: first.next)
            #expect(second == SweepStep(removedCount: 2, next: nil))
            let left = try await storage.database.read { try String.fetchAll($0, sql: "SELECT tenant_id FROM token") }
            #expect(left == [Fixture.acme.rawValue])
        }
    }

    @Test func `what expired behind good ones is found though little room is left in the step`() async throws {
        try await Storage.with { storage in
            for (tenant, offset) in [(Fixture.acme, -1), (Fixture.acme, -1), (Fixture.globex, 0), (Fixture.globex, -1)]
            {
                try await storage.ledger.issue(
                    Fixture.token(storage.ledger, tenant: tenant, expiresAt: Fixture.now + Int64(offset)))
            }
            let step = try await storage.ledger.sweep(.token, expiredBefore: Fixture.now, limit: 3)
            #expect(step.removedCount == 3)
        }
    }

    @Test func `a number is not given twice after its token was swept away`() async throws {
        let folder = try ScratchFolder()
        var last: Int64 = 0
        try await Storage.with(folder: folder) { storage in
            let token = try Fixture.token(storage.ledger, expiresAt: Fixture.now - 1)
            try await storage.ledger.issue(token)
            last = token.sequence
            let step = try await storage.ledger.sweep(.token, expiredBefore: Fixture.now, limit: 10)
            #expect(step == SweepStep(removedCount: 1, next: nil))
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
