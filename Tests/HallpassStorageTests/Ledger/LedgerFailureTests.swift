import GRDB
import HallpassCore
import Synchronization
import Testing

@testable import HallpassStorage

struct LedgerFailureTests {
    @Test func `a commit that fails fails everyone in it, and nothing of it is left`() async throws {
        let fault = Fault()
        try await Storage.with(beforeCommit: fault.strike) { storage in
            let token = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(token)
            fault.isOn = true
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        await #expect(throws: HallpassError.storageUnavailable) { try await storage.ledger.use(token) }
                    }
                }
                try await group.waitForAll()
            }
            fault.isOn = false
            let refusal = try await storage.ledger.use(token)
            #expect(refusal == nil)
            let records = try await storage.audit.count(Fixture.acme)
            let found = try await storage.chainBreak(Fixture.acme)
            #expect(records == 2)
            #expect(found == nil)
        }
    }

    @Test func `a commit that fails fails those too that came while others were applied`() async throws {
        let gate = Gate()
        let fault = Fault()
        try await Storage.with(beforeCommit: fault.strike) { storage in
            gate.close()
            fault.isOn = true
            async let first = #expect(throws: HallpassError.storageUnavailable) {
                try await storage.ledger.transact { _ in gate.pass() }
            }
            await gate.untilSomeoneWaits()
            async let later = #expect(throws: HallpassError.storageUnavailable) {
                try await storage.ledger.submit(Fixture.entry(.record))
            }
            await storage.ledger.untilQueued(1)
            gate.open()
            _ = await (first, later)
            let records = try await storage.audit.count(Fixture.acme)
            #expect(records == 0)
        }
    }

    @Test func `an entry that the schema refuses fails alone, though it came while others were applied`() async throws {
        let gate = Gate()
        let batches = BatchLog()
        try await Storage.with(observer: batches.note) { storage in
            let token = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(token)
            gate.close()
            async let first = storage.ledger.transact { transaction in
                try transaction.record(Fixture.auditEntry(), of: Fixture.acme)
                gate.pass()
            }
            await gate.untilSomeoneWaits()
            async let again = #expect(throws: HallpassError.internal) {
                try await storage.ledger.submit(Fixture.entry(.issue(token)))
            }
            async let sound = storage.ledger.use(token)
            await storage.ledger.untilQueued(2)
            gate.open()
            _ = try await (first, again)
            let refusal = try await sound
            #expect(refusal == nil)
            let records = try await storage.audit.count(Fixture.acme)
            let found = try await storage.chainBreak(Fixture.acme)
            #expect(records == 3)
            #expect(found == nil)
        }
        #expect(batches.counts.last == 3)
    }

    @Test func `a revocation whose commit failed revokes nothing`() async throws {
        let fault = Fault()
        try await Storage.with(beforeCommit: fault.strike) { storage in
            let token = try Fixture.token(storage.ledger, subject: "alice")
            try await storage.ledger.issue(token)
            fault.isOn = true
            await #expect(throws: HallpassError.storageUnavailable) { try await storage.ledger.revoke(.actor, "alice") }
            fault.isOn = false
            let refusal = try await storage.ledger.use(token)
            #expect(refusal == nil)
        }
    }

    /// The disk is full for real here, as far as SQLite can tell.
    @Test func `a full disk fails closed and service resumes when there is room`() async throws {
        try await Storage.with { storage in
            let token = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(token)
            let pages = try await storage.limitPages(nil)
            _ = try await storage.limitPages(pages)
            var failures = 0
            for _ in 0..<100 {
                do {
                    _ = try await storage.ledger.submit(Fixture.entry(.record))
                } catch HallpassError.storageUnavailable {
                    failures += 1
                }
            }
            #expect(failures > 0)
            _ = try await storage.limitPages(1_000_000)
            let refusal = try await storage.ledger.use(token)
            #expect(refusal == nil)
            let records = try await storage.audit.count(Fixture.acme)
            let found = try await storage.chainBreak(Fixture.acme)
            #expect(records == Int64(102 - failures))
            #expect(found == nil)
        }
    }

    @Test func `an entry that the schema refuses fails alone`() async throws {
        let gate = Gate()
        try await Storage.with(beforeCommit: gate.pass) { storage in
            let token = try Fixture.token(storage.ledger)
            gate.close()
            async let first = storage.ledger.submit(Fixture.entry(.record))
            await gate.untilSomeoneWaits()
            let outcomes = await withTaskGroup(of: HallpassError?.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        do throws(HallpassError) {
                            _ = try await storage.ledger.submit(Fixture.entry(.issue(token)))
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                await storage.ledger.untilQueued(3)
                gate.open()
                return await group.reduce(into: [HallpassError?]()) { $0.append($1) }
            }
            _ = try await first
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.filter { $0 == .internal }.count == 2)
            let records = try await storage.audit.count(Fixture.acme)
            let found = try await storage.chainBreak(Fixture.acme)
            #expect(records == 2)
            #expect(found == nil)
        }
    }

    @Test func `a damaged row fails who asks for it, and no one else`() async throws {
        let gate = Gate()
        try await Storage.with(beforeCommit: gate.pass) { storage in
            let damaged = try Fixture.token(storage.ledger, groups: ["support"])
            let sound = try Fixture.token(storage.ledger, groups: ["support"])
            for token in [damaged, sound] { try await storage.ledger.issue(token) }
            try await storage.ledger.transact { transaction in
                try transaction.db.execute(
                    sql: "UPDATE token SET groups = '[1]' WHERE sequence = ?", arguments: [damaged.sequence])
            }
            gate.close()
            async let first = storage.ledger.submit(Fixture.entry(.record))
            await gate.untilSomeoneWaits()
            async let refusal = storage.ledger.use(sound)
            async let failure = #expect(throws: HallpassError.internal) { try await storage.ledger.use(damaged) }
            await storage.ledger.untilQueued(2)
            gate.open()
            _ = try await (first, failure)
            let answer = try await refusal
            #expect(answer == nil)
        }
    }

    @Test func `the observer hears which batches did not commit`() async throws {
        let fault = Fault()
        let batches = BatchLog()
        let storage = try Storage(observer: batches.note, beforeCommit: fault.strike)
        _ = try await storage.ledger.submit(Fixture.entry(.record))
        fault.isOn = true
        await #expect(throws: HallpassError.storageUnavailable) {
            try await storage.ledger.submit(Fixture.entry(.record))
        }
        try await storage.close()
        #expect(batches.commits == [true, false])
    }

    @Test func `a store's transaction that throws is undone with its records, and those beside it stand`() async throws
    {
        try await Storage.with { storage in
            await #expect(throws: HallpassError.notFound) {
                try await storage.ledger.transact { transaction in
                    try transaction.db.execute(sql: "DELETE FROM tenant")
                    try transaction.record(Fixture.auditEntry(), of: Fixture.acme)
                    throw HallpassError.notFound
                }
            }
            let value = try await storage.ledger.transact { transaction in
                try transaction.record(Fixture.auditEntry(), of: Fixture.acme)
                return try Int.fetchOne(transaction.db, sql: "SELECT count(*) FROM tenant")
            }
            #expect(value == 2)
            let records = try await storage.audit.count(Fixture.acme)
            let found = try await storage.chainBreak(Fixture.acme)
            #expect(records == 1)
            #expect(found == nil)
        }
    }
}

/// Makes commits fail while it is on.
final class Fault: Sendable {
    private struct Struck: Error {}
    private let state = Atomic(false)

    var isOn: Bool {
        get { state.load(ordering: .sequentiallyConsistent) }
        set { state.store(newValue, ordering: .sequentiallyConsistent) }
    }

    @Sendable func strike() throws {
        if isOn { throw Struck() }
    }
}

extension Storage {
    /// Sets how far the file may grow, in pages; without a number, as far as it has grown.
    fileprivate func limitPages(_ count: Int?) async throws -> Int {
        try await ledger.transact { transaction in
            let pages = try Int.fetchOne(transaction.db, sql: "PRAGMA page_count") ?? 0
            return try Int.fetchOne(transaction.db, sql: "PRAGMA max_page_count = \(count ?? pages)") ?? 0
        }
    }
}
