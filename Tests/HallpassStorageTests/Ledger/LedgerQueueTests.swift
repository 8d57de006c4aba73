import HallpassCore
import Testing

@testable import HallpassStorage

struct LedgerQueueTests {
    @Test func `who floods the ledger keeps nobody else out, and hears of it himself`() async throws {
        let gate = Gate()
        let storage = try Storage(queueCapacity: 8, beforeCommit: gate.pass)
        gate.close()
        let first = Task { await storage.ledger.refusalOfRecord() }
        await gate.untilSomeoneWaits()
        try await withThrowingTaskGroup(of: HallpassError?.self) { flood in
            for _ in 0..<8 { flood.addTask { await storage.ledger.refusalOfRecord() } }
            await storage.ledger.untilQueued(8)
            async let other = storage.ledger.submit(Fixture.entry(.record, tenant: Fixture.globex))
            // Whoever has to give way is told so before the writer is free.
            let givenUp = try await flood.next()
            #expect(givenUp == .overloaded)
            #expect(await storage.ledger.refusalOfRecord() == .overloaded)
            gate.open()
            _ = try await other
            #expect(await first.value == nil)
            while let refusal = try await flood.next() { #expect(refusal == nil) }
        }
        let records = try await storage.audit.count(Fixture.acme)
        let others = try await storage.audit.count(Fixture.globex)
        #expect((records, others) == (8, 1))
        try await storage.close()
    }

    @Test func `what does not fit into one transaction is shared evenly, each tenant's oldest first`() async throws {
        let queue = LedgerQueue(capacity: 100)
        let initech = Fixture.tenant("initech")
        let counts = [(Fixture.acme, 20), (Fixture.globex, 6), (initech, 1)]
        var waiting: [Task<Void, Never>] = []
        for (tenant, count) in counts {
            for number in 0..<count {
                let entry = Fixture.entry(.record, tenant: tenant, nowSeconds: Int64(number))
                let before = queue.count
                waiting.append(Task { await queue.wait(entry) })
                while queue.count == before { await Task.yield() }
            }
        }
        var batches: [[TenantID?: [Int64]]] = []
        while queue.count > 0 {
            let jobs = try #require(queue.take(upTo: 10))
            for job in jobs { job.finish(.success(.recorded)) }
            batches.append(Dictionary(grouping: jobs, by: \.tenant).mapValues { $0.compactMap(\.nowSeconds) })
        }
        for task in waiting { await task.value }
        #expect(batches.map { $0[Fixture.acme]?.count } == [5, 8, 7])
        #expect(batches.map { $0[Fixture.globex]?.count } == [4, 2, nil])
        #expect(batches.map { $0[initech]?.count } == [1, nil, nil])
        #expect(batches.flatMap { $0[Fixture.acme] ?? [] } == Array(0..<20))
        #expect(batches.flatMap { $0[Fixture.globex] ?? [] } == Array(0..<6))
    }
}

extension Ledger {
    fileprivate func refusalOfRecord() async -> HallpassError? {
        do throws(HallpassError) {
            _ = try await submit(Fixture.entry(.record))
            return nil
        } catch {
            return error
        }
    }
}

extension LedgerQueue {
    /// Appends and returns once the job was finished.
    fileprivate func wait(_ entry: LedgerEntry) async {
        let answer = await withCheckedContinuation { continuation in
            let job = LedgerJob(.entry(entry, liveTokens: 0), continuation)
            if let refusal = append(job) { job.finish(.failure(refusal)) }
        }
        if case .failure(let error) = answer { Issue.record("\(error)") }
    }
}

extension LedgerJob {
    fileprivate var nowSeconds: Int64? {
        guard case .entry(let entry, _) = work else { return nil }
        return entry.nowSeconds
    }
}
