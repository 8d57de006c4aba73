import GRDB
import HallpassCore
import HallpassCrypto
import Testing

@testable import HallpassStorage

struct LedgerTests {
    /// The one promise that everything else leans on.
    @Test func `a thousand uses of one token at once let one through`() async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(token)
            let refusals = try await withThrowingTaskGroup(of: Refusal?.self) { group in
                for _ in 0..<1_000 { group.addTask { try await storage.ledger.use(token) } }
                return try await group.reduce(into: [Refusal?]()) { $0.append($1) }
            }
            #expect(refusals.filter { $0 == nil }.count == 1)
            #expect(refusals.compactMap { $0 }.allSatisfy { $0 == Refusal(.ledger, .tokenAlreadyUsed) })
            let records = try await storage.audit.count(Fixture.acme)
            #expect(records == 1_001)
        }
    }

    @Test func `a session token is used many times`() async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger, kind: .session)
            try await storage.ledger.issue(token)
            for _ in 0..<3 {
                let refusal = try await storage.ledger.use(token, consumes: false)
                #expect(refusal == nil)
            }
        }
    }

    @Test func `a peek does not use a token, and does not see a used one as good`() async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(token)
            let peek = try await storage.ledger.use(token, consumes: false)
            let use = try await storage.ledger.use(token)
            let peekAfterwards = try await storage.ledger.use(token, consumes: false)
            #expect(peek == nil)
            #expect(use == nil)
            #expect(peekAfterwards == Refusal(.ledger, .tokenAlreadyUsed))
        }
    }

    @Test func `a token that was never issued is refused as such`() async throws {
        try await Storage.with { storage in
            let issued = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(issued)
            let never = try Fixture.token(storage.ledger)
            let refusal = try await storage.ledger.use(never)
            #expect(refusal == Refusal(.ledger, .tokenNotIssued))
            let elsewhere = TokenUse(
                issued.shown, of: Fixture.globex, consumes: true, names: issued.names, refusal: { _ in nil })
            let outcome = try await storage.ledger.submit(Fixture.entry(.use(elsewhere), tenant: Fixture.globex))
            guard case .refused(Refusal(.ledger, .tokenNotIssued)) = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    /// Byte by byte over what is kept, because a comparison of a prefix passes any sampled version of this test.
    @Test(arguments: 0..<16)
    func `under a token's number another signature is another token, whatever is asked of it`(byte: Int) async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(token)
            var bytes = token.signature.bytes
            bytes[byte] ^= 1
            let forged = ShownToken(
                sequence: token.sequence, signature: try #require(SHA256Digest(bytes: bytes)),
                expiresAt: token.expiresAt)
            for action: LedgerAction in [
                .use(TokenUse(forged, of: token.tenant, consumes: true, names: token.names, refusal: { _ in nil })),
                .use(TokenUse(forged, of: token.tenant, consumes: false, names: token.names, refusal: { _ in nil })),
                .revokeToken(forged, isCutOff: false),
            ] {
                let outcome = try await storage.ledger.submit(Fixture.entry(action))
                guard case .refused(Refusal(.ledger, .tokenNotIssued)) = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
            }
            let refusal = try await storage.ledger.use(token)
            #expect(refusal == nil)
        }
    }

    @Test func `a token that has expired and is gone was never forged`() async throws {
        try await Storage.with { storage in
            let gone = try Fixture.token(storage.ledger, expiresAt: Fixture.now)
            let outcome = try await storage.ledger.submit(Fixture.entry(.revokeToken(gone.shown, isCutOff: false)))
            guard case .tokenRevoked(wasLive: false) = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    @Test func `the groups kept at mint are what the grants are asked about`() async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger, groups: ["support", "Über \"uns\""])
            try await storage.ledger.issue(token)
            let refusal = Refusal(.grant, .actorNotGranted)
            let refused = try await storage.ledger.use(token) { $0.groups == token.groups ? refusal : nil }
            #expect(refused == refusal)
            let allowed = try await storage.ledger.use(token) { $0.groups == token.groups ? nil : refusal }
            #expect(allowed == nil)
        }
    }

    @Test func `a use that meets a damaged row takes nothing`() async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger, groups: ["support"])
            try await storage.ledger.issue(token)
            for (groups, isDamaged) in [("[1]", true), (#"["support"]"#, false)] {
                try await storage.ledger.transact { transaction in
                    try transaction.db.execute(sql: "UPDATE token SET groups = ?", arguments: [groups])
                }
                if isDamaged {
                    await #expect(throws: HallpassError.internal) { try await storage.ledger.use(token) }
                } else {
                    let refusal = try await storage.ledger.use(token)
                    #expect(refusal == nil)
                }
            }
        }
    }

    @Test func `a revoked token is refused, and revoking it twice says so`() async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(token)
            let action = LedgerAction.revokeToken(token.shown, isCutOff: false)
            var answers: [Bool] = []
            for _ in 0..<2 {
                guard case .tokenRevoked(let wasLive) = try await storage.ledger.submit(Fixture.entry(action)) else {
                    throw UnexpectedOutcome()
                }
                answers.append(wasLive)
            }
            #expect(answers == [true, false])
            let refusal = try await storage.ledger.use(token)
            #expect(refusal == Refusal(.revoked, .tokenRevoked))
        }
    }

    @Test(arguments: [(now: Fixture.now + 59, wasLive: true), (now: Fixture.now + 60, wasLive: false)])
    func `a token that has expired was not live`(now: Int64, wasLive: Bool) async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger, expiresAt: Fixture.now + 60)
            try await storage.ledger.issue(token)
            let action = LedgerAction.revokeToken(token.shown, isCutOff: false)
            let outcome = try await storage.ledger.submit(Fixture.entry(action, nowSeconds: now))
            guard case .tokenRevoked(wasLive) = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    @Test func `one refusal leaves the others of its batch alone`() async throws {
        let gate = Gate()
        try await Storage.with(beforeCommit: gate.pass) { storage in
            let tokens = try (0..<4).map { _ in try Fixture.token(storage.ledger) }
            for token in tokens.dropLast() { try await storage.ledger.issue(token) }
            gate.close()
            async let first = storage.ledger.use(tokens[0])
            await gate.untilSomeoneWaits()
            let rest = try await withThrowingTaskGroup(of: (Int, Refusal?).self) { group in
                for index in 1..<4 { group.addTask { (index, try await storage.ledger.use(tokens[index])) } }
                await storage.ledger.untilQueued(3)
                gate.open()
                return try await group.reduce(into: [Int: Refusal?]()) { $0[$1.0] = $1.1 }
            }
            let refusal = try await first
            #expect(refusal == nil)
            #expect(rest == [1: nil, 2: nil, 3: Refusal(.ledger, .tokenNotIssued)])
        }
    }

    @Test func `what waits while a batch commits goes into the next one, together`() async throws {
        let gate = Gate()
        let batches = BatchLog()
        let storage = try Storage(observer: batches.note, beforeCommit: gate.pass)
        gate.close()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await storage.ledger.submit(Fixture.entry(.record)) }
            await gate.untilSomeoneWaits()
            for _ in 0..<500 { group.addTask { _ = try await storage.ledger.submit(Fixture.entry(.record)) } }
            await storage.ledger.untilQueued(500)
            gate.open()
            try await group.waitForAll()
        }
        try await storage.close()
        #expect(batches.counts == [1, 500])
    }

    @Test(arguments: [(others: 3, batches: [4]), (others: 1_030, batches: [1_024, 7])])
    func `what comes while others are applied goes in with them, as many as fit`(
        others: Int, batches expected: [Int]
    ) async throws {
        let gate = Gate()
        let batches = BatchLog()
        let storage = try Storage(observer: batches.note)
        gate.close()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await storage.ledger.transact { _ in gate.pass() } }
            await gate.untilSomeoneWaits()
            for _ in 0..<others { group.addTask { _ = try await storage.ledger.submit(Fixture.entry(.record)) } }
            await storage.ledger.untilQueued(others)
            gate.open()
            try await group.waitForAll()
        }
        let records = try await storage.audit.count(Fixture.acme)
        try await storage.close()
        #expect(batches.counts == expected)
        #expect(records == others)
    }

    @Test(arguments: [(waiting: 3, refused: false), (waiting: 4, refused: true)])
    func `a queue that is full refuses at once`(waiting: Int, refused: Bool) async throws {
        let gate = Gate()
        let storage = try Storage(queueCapacity: 4, beforeCommit: gate.pass)
        gate.close()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await storage.ledger.submit(Fixture.entry(.record)) }
            await gate.untilSomeoneWaits()
            for _ in 0..<waiting { group.addTask { _ = try await storage.ledger.submit(Fixture.entry(.record)) } }
            await storage.ledger.untilQueued(waiting)
            if refused {
                await #expect(throws: HallpassError.overloaded) {
                    try await storage.ledger.submit(Fixture.entry(.record))
                }
            } else {
                group.addTask { _ = try await storage.ledger.submit(Fixture.entry(.record)) }
                await storage.ledger.untilQueued(waiting + 1)
            }
            gate.open()
            try await group.waitForAll()
        }
        let count = try await storage.audit.count(Fixture.acme)
        #expect(count == 5)
        try await storage.close()
    }

    @Test func `stopping finishes what waits and refuses what comes`() async throws {
        let gate = Gate()
        let storage = try Storage(beforeCommit: gate.pass)
        gate.close()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await storage.ledger.submit(Fixture.entry(.record)) }
            await gate.untilSomeoneWaits()
            for _ in 0..<9 { group.addTask { _ = try await storage.ledger.submit(Fixture.entry(.record)) } }
            await storage.ledger.untilQueued(9)
            group.addTask { await storage.ledger.stop() }
            gate.open()
            try await group.waitForAll()
        }
        await #expect(throws: HallpassError.unavailable) { try await storage.ledger.submit(Fixture.entry(.record)) }
        let count = try await storage.audit.count(Fixture.acme)
        #expect(count == 10)
        await storage.ledger.stop()
        try storage.database.close()
    }

    @Test func `after a mixed run every answer has its record and every chain holds`() async throws {
        try await Storage.with { storage in
            let tenants = [Fixture.acme, Fixture.globex]
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for worker in 0..<32 {
                    group.addTask {
                        let tenant = tenants[worker % 2]
                        var answers = 0
                        for round in 0..<20 {
                            let token = try Fixture.token(storage.ledger, tenant: tenant)
                            if round % 3 != 0 {
                                try await storage.ledger.issue(token)
                                answers += 1
                            }
                            _ = try await storage.ledger.use(token)
                            _ = try await storage.ledger.use(token)
                            _ = try await storage.ledger.submit(
                                Fixture.entry(
                                    .revokeToken(token.shown, isCutOff: false),
                                    tenant: tenant))
                            answers += 3
                        }
                        return answers
                    }
                }
                return try await group.reduce(0, +)
            }
            var records: Int64 = 0
            for tenant in tenants {
                let found = try await storage.chainBreak(tenant)
                #expect(found == nil)
                records += try await storage.audit.count(tenant)
            }
            #expect(records == Int64(answers))
        }
    }
}
