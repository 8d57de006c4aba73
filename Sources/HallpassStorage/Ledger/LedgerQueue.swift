import Dispatch
import HallpassCore
import Synchronization

/// Something for the writing thread to do, and whom to tell.
final class LedgerJob: Sendable {
    typealias Answer = Result<LedgerOutcome, HallpassError>

    enum Work: Sendable {
        /// `liveTokens` was counted for a revocation before it was queued.
        case entry(LedgerEntry, liveTokens: Int64)
        /// A store's own statements, undone alone if they throw; they hand out their value themselves.
        case transaction(@Sendable (LedgerTransaction) throws -> Void)
    }

    let work: Work
    private let continuation: CheckedContinuation<Answer, Never>

    init(_ work: Work, _ continuation: CheckedContinuation<Answer, Never>) {
        self.work = work
        self.continuation = continuation
    }

    func finish(_ answer: Answer) { continuation.resume(returning: answer) }
}

/// What waits for the writing thread. Whoever appends never waits; the writer sleeps on a semaphore that only it waits for.
final class LedgerQueue: Sendable {
    private struct State {
        var jobs: [LedgerJob] = []
        var isWriterAsleep = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// - Returns: why the job was not taken: ``HallpassError/overloaded`` or, once closed, ``HallpassError/unavailable``.
    func append(_ job: LedgerJob) -> HallpassError? {
        let (refusal, mustWake) = state.withLock { state -> (HallpassError?, Bool) in
            if state.isClosed { return (.unavailable, false) }
            guard state.jobs.count < capacity else { return (.overloaded, false) }
            state.jobs.append(job)
            defer { state.isWriterAsleep = false }
            return (nil, state.isWriterAsleep)
        }
        if mustWake { wake.signal() }
        return refusal
    }

    /// Everything that waits, up to `limit`; blocks while nothing does.
    ///
    /// - Returns: `nil` once the queue is closed and empty.
    func take(upTo limit: Int) -> [LedgerJob]? {
        while true {
            let (jobs, isClosed) = state.withLock { state -> ([LedgerJob], Bool) in
                var taken: [LedgerJob] = []
                if state.jobs.count <= limit {
                    swap(&taken, &state.jobs)
                } else {
                    taken = Array(state.jobs.prefix(limit))
                    state.jobs.removeFirst(limit)
                }
                state.isWriterAsleep = taken.isEmpty && !state.isClosed
                return (taken, state.isClosed)
            }
            if !jobs.isEmpty { return jobs }
            if isClosed { return nil }
            wake.wait()
        }
    }

    /// Takes nothing more; what waits is still worked off.
    func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.isWriterAsleep = false }
            return state.isWriterAsleep
        }
        if mustWake { wake.signal() }
    }
}
