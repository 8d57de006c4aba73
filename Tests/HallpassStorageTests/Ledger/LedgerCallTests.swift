import GRDB
import HallpassCore
import HallpassCrypto
import Testing

@testable import HallpassStorage

struct LedgerCallTests {
    @Test func `a thousand calls under one key at once let one through`() async throws {
        try await Storage.with { storage in
            let outcomes = try await withThrowingTaskGroup(of: LedgerOutcome.self) { group in
                for _ in 0..<1_000 {
                    let token = try Fixture.token(storage.ledger)
                    try await storage.ledger.issue(token)
                    group.addTask { try await storage.ledger.call(token, key: "one") }
                }
                return try await group.reduce(into: [LedgerOutcome]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0.isUsed }.count == 1)
            #expect(outcomes.filter { $0.refusal?.error == .idempotencyInFlight(retryAfterSeconds: 300) }.count == 999)
        }
    }

    @Test func `a token that is refused for its key is as good as before`() async throws {
        try await Storage.with { storage in
            let holder = try Fixture.token(storage.ledger)
            let token = try Fixture.token(storage.ledger)
            for token in [holder, token] { try await storage.ledger.issue(token) }
            #expect(try await storage.ledger.call(holder, key: "one").isUsed)
            for _ in 0..<2 {
                let refusal = try await storage.ledger.call(token, key: "one").refusal
                #expect(refusal?.error == .idempotencyInFlight(retryAfterSeconds: 300))
            }
            #expect(try await storage.ledger.call(token, key: "two").isUsed)
            #expect(try await storage.ledger.call(token, key: "three").refusal?.error == .tokenAlreadyUsed)
        }
    }

    @Test func `a key is held across restarts, however many came after it`() async throws {
        let folder = try ScratchFolder()
        for round in 0..<3 {
            try await Storage.with(folder: folder, claimBatchCount: 4) { storage in
                for number in 0..<10 {
                    let token = try Fixture.token(storage.ledger)
                    try await storage.ledger.issue(token)
                    #expect(try await storage.ledger.call(token, key: "key \(number)").isUsed == (round == 0))
                }
            }
        }
    }

    @Test func `keys go a few at a time once their run has ended, and no call keeps one that nobody finds`()
        async throws
    {
        try await Storage.with(claimBatchCount: 2) { storage in
            func call(_ key: Int, nowSeconds: Int64 = Fixture.now) async throws -> Bool {
                let token = try Fixture.token(storage.ledger, expiresAt: nowSeconds + 60)
                try await storage.ledger.issue(token)
                return try await storage.ledger.call(token, key: "key \(key)", nowSeconds: nowSeconds).isUsed
            }
            func pages() async throws -> Int {
                try await storage.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM claim_page") ?? 0 }
            }
            for key in 1...7 { #expect(try await call(key)) }
            #expect(try await pages() == 3)
            let expiresAt = try #require(
                try await storage.database.read { try Int64.fetchOne($0, sql: "SELECT max(expires_at) FROM call") })
            #expect(try await storage.ledger.sweepClaims(expiredBefore: expiresAt, limit: 9) == false)
            #expect(try await !call(1))
            #expect(try await storage.ledger.sweepClaims(expiredBefore: expiresAt + 1, limit: 2))
            let left = try await storage.database.read { try Int64.fetchOne($0, sql: "SELECT count(*) FROM call") }
            #expect(left == 3)
            #expect(try await storage.database.read { try ClaimIndex.lostCount($0) } == 0)
            for key in 1...4 { #expect(try await call(key, nowSeconds: expiresAt)) }
            #expect(try await !call(5))
            #expect(try await storage.ledger.sweepClaims(expiredBefore: expiresAt + 1, limit: 2) == false)
            #expect(
                try await storage.database.read { try Int64.fetchOne($0, sql: "SELECT min(run) FROM claim_page") } == 4)
        }
    }

    /// The one that fails has taken the key from a call whose lease had ended.
    @Test func `a key that an entry took before it failed alone is with who had it`() async throws {
        let gate = Gate()
        let later = Fixture.now + 1
        try await Storage.with(beforeCommit: gate.pass) { storage in
            let holder = try Fixture.token(storage.ledger)
            let failing = try Fixture.token(storage.ledger)
            let other = try Fixture.token(storage.ledger)
            let asking = try Fixture.token(storage.ledger)
            for token in [holder, failing, other, asking] { try await storage.ledger.issue(token) }
            #expect(try await storage.ledger.call(holder, key: "one", lease: 0).isUsed)
            try await storage.ledger.transact { transaction in
                try transaction.db.execute(
                    sql: """
                        CREATE TRIGGER unrecorded BEFORE INSERT ON audit_record WHEN NEW.time_ms = \(later * 1_000)
                        BEGIN SELECT RAISE(ABORT, 'unrecorded'); END
                        """)
            }
            gate.close()
            async let first = storage.ledger.submit(Fixture.entry(.record))
            await gate.untilSomeoneWaits()
            async let failure = #expect(throws: HallpassError.internal) {
                try await storage.ledger.call(failing, key: "one", isRepeatable: true, nowSeconds: later)
            }
            await storage.ledger.untilQueued(1)
            async let success = storage.ledger.call(other, key: "two")
            await storage.ledger.untilQueued(2)
            gate.open()
            #expect(try await success.isUsed)
            _ = try await (first, failure)
            #expect(try await storage.ledger.call(asking, key: "one").refusal?.error == .outcomeUnknown)
        }
    }
}

extension Ledger {
    /// Uses a token for a call under a key.
    fileprivate func call(
        _ token: TokenRow, key: String, isRepeatable: Bool = false, lease: Int64 = 300,
        nowSeconds: Int64 = Fixture.now
    ) async throws -> LedgerOutcome {
        let call = CallClaim(
            id: try #require(CallID(sequence: nextSequence(), nonce: [UInt8](repeating: 1, count: 8))),
            client: try #require(ClientID("crm-mcp-server")), tokenSequence: token.sequence,
            scope: try #require(ScopeSet(spaceSeparated: "notes:write")), claim: SHA256.hash(Array(key.utf8)),
            argumentsDigest: SHA256.hash([]), isRepeatable: isRepeatable, leaseExpiresAt: nowSeconds + lease,
            expiresAt: nowSeconds + 86_400)
        let use = TokenUse(
            token.shown, of: token.tenant, consumes: true, call: call, names: token.names, refusal: { _ in nil })
        return try await submit(Fixture.entry(.use(use), tenant: token.tenant, nowSeconds: nowSeconds))
    }
}

extension LedgerOutcome {
    fileprivate var isUsed: Bool { if case .used = self { true } else { false } }
    fileprivate var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
}
