import Foundation
import GRDB
import Synchronization

/// What becomes of the ledger's commits: nothing unusual, until a test says otherwise.
final class TestDisk: Sendable {
    private struct State {
        var failures = 0
        var isHeld = false
        var isWaiting = false
    }

    private let condition = NSCondition()
    private let state = Mutex(State())

    /// Makes the next commits fail, so many of them.
    func failCommits(_ count: Int) { state.withLock { $0.failures = count } }

    /// Keeps the writing thread, and with it everyone who waits for it, until ``release()``.
    func hold() { state.withLock { $0.isHeld = true } }

    func release() {
        condition.lock()
        state.withLock { $0.isHeld = false }
        condition.broadcast()
        condition.unlock()
    }

    /// Returns once the writing thread is kept.
    func untilHeld() async {
        while !state.withLock({ $0.isWaiting }) { await Task.yield() }
    }

    /// Runs on the writing thread.
    @Sendable func beforeCommit() throws {
        condition.lock()
        state.withLock { $0.isWaiting = $0.isHeld }
        while state.withLock({ $0.isHeld }) { condition.wait() }
        state.withLock { $0.isWaiting = false }
        condition.unlock()
        let fails = state.withLock { state in
            guard state.failures > 0 else { return false }
            state.failures -= 1
            return true
        }
        if fails { throw DatabaseError(resultCode: .SQLITE_FULL) }
    }
}
