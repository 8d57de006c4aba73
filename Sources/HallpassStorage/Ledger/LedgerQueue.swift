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
    /// Beside whose jobs it waits: a store's own statements have a place of their own.
    var tenant: TenantID? {
        guard case .entry(let entry, _) = work else { return nil }
        return entry.tenant
    }
    private let continuation: CheckedContinuation<Answer, Never>

    init(_ work: Work, _ continuation: CheckedContinuation<Answer, Never>) {
        self.work = work
        self.continuation = continuation
    }

    func finish(_ answer: Answer) { continuation.resume(returning: answer) }
}

/// What waits for the writing thread. Whoever appends never waits; the writer sleeps on a semaphore that only it waits for.
///
/// Each tenant's jobs keep their order, and no tenant's are many enough to keep another's out: where not all that wait fit into
/// a transaction the tenants share its room evenly, and where no more may wait the tenant with the most waiting gives way. That
/// is fair queueing as of P. McKenney, "Stochastic Fairness Queueing" (1990), with one queue for each.
final class LedgerQueue: Sendable {
    fileprivate struct State {
        /// No lane is empty.
        var lanes: [TenantID?: [LedgerJob]] = [:]
        var count = 0
        /// The writer sleeps until a job comes.
        var isWaiting = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { state.withLock { $0.count } }

    /// Takes a job, which may be given up for another tenant's until its turn comes: then it has been told
    /// ``HallpassError/overloaded``.
    ///
    /// - Returns: why the job was not taken: ``HallpassError/overloaded`` or, once closed, ``HallpassError/unavailable``.
    func append(_ job: LedgerJob) -> HallpassError? {
        let (refusal, instead, mustWake) = state.withLock { state -> (HallpassError?, LedgerJob?, Bool) in
            if state.isClosed { return (.unavailable, nil, false) }
            let instead = state.count < capacity ? nil : state.giveUpOne(for: job.tenant)
            guard state.count < capacity else { return (.overloaded, nil, false) }
            state.lanes[job.tenant, default: []].append(job)
            state.count += 1
            defer { state.isWaiting = false }
            return (nil, instead, state.isWaiting)
        }
        if mustWake { wake.signal() }
        instead?.finish(.failure(.overloaded))
        return refusal
    }

    /// Everything that waits, up to `limit`; blocks while nothing does.
    ///
    /// - Returns: `nil` once the queue is closed and empty.
    func take(upTo limit: Int) -> [LedgerJob]? {
        while true {
            let (jobs, isClosed) = state.withLock { state -> ([LedgerJob], Bool) in
                let taken = state.take(upTo: limit)
                state.isWaiting = taken.isEmpty && !state.isClosed
                return (taken, state.isClosed)
            }
            if !jobs.isEmpty { return jobs }
            if isClosed { return nil }
            wake.wait()
        }
    }

    /// Everything that waits, up to `limit`: none, where nothing does.
    func takeWaiting(upTo limit: Int) -> [LedgerJob] { state.withLock { $0.take(upTo: limit) } }

    /// Takes nothing more; what waits is still worked off.
    func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if mustWake { wake.signal() }
    }
}

extension LedgerQueue.State {
    /// The newest job of whoever has the most waiting, to make room for one of `tenant`.
    ///
    /// - Returns: `nil` where nobody has more waiting than `tenant` would have then.
    fileprivate mutating func giveUpOne(for tenant: TenantID?) -> LedgerJob? {
        guard let (longest, jobs) = lanes.max(by: { $0.value.count < $1.value.count }),
            jobs.count > (lanes[tenant]?.count ?? 0) + 1
        else { return nil }
        count -= 1
        return lanes[longest]?.popLast()
    }

    /// All of it, or of each tenant as much as of every other that has so much, the oldest first.
    fileprivate mutating func take(upTo limit: Int) -> [LedgerJob] {
        guard limit > 0 else { return [] }
        guard count > limit else {
            defer {
                lanes.removeAll(keepingCapacity: true)
                count = 0
            }
            if lanes.count == 1, let only = lanes.first { return only.value }
            return lanes.values.flatMap { $0 }
        }
        var taken: [LedgerJob] = []
        // The shortest first, so that what they leave of their share is the others'.
        let shares = lanes.sorted { $0.value.count < $1.value.count }
        for (index, (tenant, jobs)) in shares.enumerated() {
            let share = min(jobs.count, (limit - taken.count) / (shares.count - index))
            taken += jobs.prefix(share)
            lanes[tenant] = share == jobs.count ? nil : Array(jobs.dropFirst(share))
        }
        count -= taken.count
        return taken
    }
}
