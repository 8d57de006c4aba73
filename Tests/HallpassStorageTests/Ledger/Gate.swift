import Foundation
import Synchronization

@testable import HallpassStorage

/// Holds the writing thread, before a commit or within one, for as long as a test wants. Only that thread blocks on it.
final class Gate: Sendable {
    private let condition = NSCondition()
    private let state = Mutex((isOpen: true, waiting: 0))

    func close() { state.withLock { $0.isOpen = false } }

    func open() {
        condition.lock()
        state.withLock { $0.isOpen = true }
        condition.broadcast()
        condition.unlock()
    }

    @Sendable func pass() {
        condition.lock()
        defer { condition.unlock() }
        state.withLock { $0.waiting += 1 }
        while !state.withLock({ $0.isOpen }) { condition.wait() }
        state.withLock { $0.waiting -= 1 }
    }

    func untilSomeoneWaits() async {
        while state.withLock({ $0.waiting }) == 0 { await Task.yield() }
    }
}

/// What the ledger's observer heard.
final class BatchLog: Sendable {
    private let batches = Mutex<[LedgerBatch]>([])

    var counts: [Int] { batches.withLock { $0.map(\.entryCount) } }

    var commits: [Bool] { batches.withLock { $0.map(\.didCommit) } }

    @Sendable func note(_ batch: LedgerBatch) { batches.withLock { $0.append(batch) } }
}

extension Ledger {
    /// Returns once so many jobs wait for the writing thread, which a test holds at a gate.
    func untilQueued(_ count: Int) async {
        while queuedCount < count { await Task.yield() }
    }
}
