import Foundation
import GRDB
package import HallpassCore
import Synchronization

/// The one writer: what callers hand over is written in one order, and answered once it is on disk.
///
/// A thread of its own takes everything that waits, applies it in one transaction, and what comes meanwhile too, until nothing
/// waits or ``Limits/ledgerBatchEntries`` are in it. It commits with `synchronous=FULL` and then tells every caller how its own
/// entry ended. One flush to disk serves the whole batch, and under load the batch grows by itself. The order of the entries
/// numbers audit records, orders revocations against uses, and is the same for everyone.
package final class Ledger: Sendable {
    let database: HallpassDatabase
    private let queue: LedgerQueue
    private let sequence: Atomic<Int64>
    /// `nil` where the last one failed.
    let lastCommit = Mutex<ContinuousClock.Instant?>(nil)
    private let stopped = Mutex<StopState>(.running([]))

    private enum StopState {
        case running([CheckedContinuation<Void, Never>])
        case ended
    }

    /// Starts the writing thread.
    ///
    /// - Parameter observer: hears of every batch, on the writing thread.
    /// - Throws: what SQLite says when the last state cannot be read.
    package convenience init(
        database: HallpassDatabase, observer: (@Sendable (LedgerBatch) -> Void)? = nil
    ) throws {
        try self.init(database: database, queueCapacity: Limits.ledgerQueueEntries, observer: observer)
    }

    /// - Parameters:
    ///   - claimBatchCount: of ``ClaimIndex``; few, where a test makes few calls.
    ///   - beforeCommit: lets a test make a commit fail or wait.
    init(
        database: HallpassDatabase, queueCapacity: Int, claimBatchCount: Int = ClaimIndex.batchCount,
        observer: (@Sendable (LedgerBatch) -> Void)? = nil, beforeCommit: (@Sendable () throws -> Void)? = nil
    ) throws {
        self.database = database
        queue = LedgerQueue(capacity: queueCapacity)
        let last = try database.pool.read { db in
            try ClaimRuns.requireReadable(db)
            // The past that a copy does not know of gave numbers too, and some consumer may have seen them.
            return try LedgerSequence.last(in: db) + (try RestoreFence.due(db) == nil ? 0 : Limits.restoreSequenceGap)
        }
        sequence = Atomic(last)
        let thread = Thread { [self] in
            let writer = LedgerWriter(
                pool: database.pool, claimBatchCount: claimBatchCount, sequence: nextSequence,
                beforeCommit: beforeCommit)
            run(writer, observer)
        }
        thread.name = "hallpass-ledger"
        thread.start()
    }

    /// Commits one entry.
    ///
    /// - Throws: ``HallpassError/overloaded`` when too many wait, ``HallpassError/storageUnavailable`` when its transaction did
    ///   not commit, ``HallpassError/internal`` when the schema refused it or a row it needs is damaged,
    ///   ``HallpassError/unavailable`` after ``stop()``. Then nothing of it is on disk, its audit record neither.
    package func submit(_ entry: LedgerEntry) async throws(HallpassError) -> LedgerOutcome {
        entry.requireNoCutoff()
        return try await perform(.entry(entry, liveTokens: 0))
    }

    /// Commits one entry whose action may cut tokens off, counted just before.
    ///
    /// - Parameter past: the tenant's cutoffs so far; none is added while this runs.
    /// - Throws: as ``submit(_:)``.
    package func submit(
        _ entry: LedgerEntry, after past: RevocationCutoffs
    ) async throws(HallpassError) -> LedgerOutcome {
        guard let (dimension, id) = entry.action.cutoffTarget else { return try await submit(entry) }
        // Counted here and not on the writing thread, which everyone would wait for.
        let liveTokens = try await self.liveTokens(
            of: entry.tenant, dimension: dimension, id: id, after: past, nowSeconds: entry.nowSeconds)
        return try await perform(.entry(entry, liveTokens: liveTokens))
    }

    private func perform(_ work: LedgerJob.Work) async throws(HallpassError) -> LedgerOutcome {
        let answer = await withCheckedContinuation { continuation in
            let job = LedgerJob(work, continuation)
            if let refusal = queue.append(job) { job.finish(.failure(refusal)) }
        }
        return try answer.get()
    }

    /// The next number for a token: above every number that any token or cutoff had before.
    package func nextSequence() -> Int64 { sequence.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Whether some token, cutoff or switch may have this number.
    package func hasGiven(_ number: Int64) -> Bool { number <= lastSequence }

    /// The last number that was given.
    var lastSequence: Int64 { sequence.load(ordering: .relaxed) }

    /// How many entries wait for the writing thread now.
    package var queuedCount: Int { queue.count }

    /// How many good tokens a revocation would end now: issued, not used, not expired, and not dead by one of those before it.
    package func liveTokens(
        of tenant: TenantID, dimension: RevocationDimension, id: String, after past: RevocationCutoffs,
        nowSeconds: Int64
    ) async throws(HallpassError) -> Int64 {
        do {
            return try await database.read {
                try LiveTokens.count(
                    reachedBy: dimension, id: id, past: past, of: tenant, nowSeconds: nowSeconds, in: $0)
            }
        } catch {
            throw .storageUnavailable
        }
    }

    /// Finishes what waits, refuses what comes, and ends the thread. To be called before the database closes.
    package func stop() async {
        queue.close()
        await withCheckedContinuation { continuation in
            let hasEnded = stopped.withLock { state in
                guard case .running(let waiting) = state else { return true }
                state = .running(waiting + [continuation])
                return false
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func run(_ writer: LedgerWriter, _ observer: (@Sendable (LedgerBatch) -> Void)?) {
        let clock = ContinuousClock()
        while let first = queue.take(upTo: Limits.ledgerBatchEntries) {
            let start = clock.now
            let batch = writer.commit(first) { queue.takeWaiting(upTo: Limits.ledgerBatchEntries - $0) }
            let end = clock.now
            lastCommit.withLock { $0 = batch.failure == nil ? end : nil }
            for (job, answer) in zip(batch.jobs, batch.answers) { job.finish(answer) }
            observer?(
                LedgerBatch(
                    entryCount: batch.jobs.count, commitMicroseconds: Int64((end - start) / .microseconds(1)),
                    failure: batch.failure))
        }
        writer.finish()
        lastCommit.withLock { $0 = nil }
        let waiting = stopped.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard case .running(let waiting) = state else { return [] }
            state = .ended
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension Ledger {
    /// Runs a store's own statements in the ledger's order. If `body` throws, they alone are undone.
    ///
    /// - Parameter body: may run again if the transaction has to be repeated.
    /// - Throws: the ``HallpassError`` that `body` threw, else as ``submit(_:)``.
    func transact<Value: Sendable>(
        _ body: @escaping @Sendable (LedgerTransaction) throws -> Value
    ) async throws(HallpassError) -> Value {
        let value = Slot<Value>()
        _ = try await perform(.transaction { transaction in value.set(try body(transaction)) })
        guard let value = value.get() else { throw .internal }
        return value
    }
}

/// Where a transaction leaves its value for the caller that waits for the commit.
private final class Slot<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func set(_ new: Value) { value.withLock { $0 = new } }
    func get() -> Value? { value.withLock { $0 } }
}
