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
        /// How many jobs wake the writer; `nil` while it is awake.
        var wakeCount: Int?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { state.withLock { $0.jobs.count } }

    /// - Returns: why the job was not taken: ``HallpassError/overloaded`` or, once closed, ``HallpassError/unavailable``.
    func append(_ job: LedgerJob) -> HallpassError? {
        let (refusal, mustWake) = state.withLock { state -> (HallpassError?, Bool) in
            if state.isClosed { return (.unavailable, false) }
            guard state.jobs.count < capacity else { return (.overloaded, false) }
            state.jobs.append(job)
            guard let wakeCount = state.wakeCount, state.jobs.count >= wakeCount else { return (nil, false) }
            state.wakeCount = nil
            return (nil, true)
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
                state.wakeCount = taken.isEmpty && !state.isClosed ? 1 : nil
                return (taken, state.isClosed)
            }
            if !jobs.isEmpty { return jobs }
            if isClosed { return nil }
            wake.wait()
        }
    }

    /// Lets `count` jobs gather, for so long at most. May return early.
    func gather(_ count: Int, forMicroseconds patience: Int) {
        let mustWait = state.withLock { state in
            guard state.jobs.count < count, !state.isClosed else { return false }
            state.wakeCount = count
            return true
        }
        guard mustWait else { return }
        // Whether it was time or the jobs, ``take(upTo:)`` looks for itself; a late signal only makes it look twice.
        _ = wake.wait(timeout: .now() + .microseconds(patience))
        state.withLock { $0.wakeCount = nil }
    }

    /// Takes nothing more; what waits is still worked off.
    func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.wakeCount = nil }
            return state.wakeCount != nil
        }
        if mustWake { wake.signal() }
    }
}
