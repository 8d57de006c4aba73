package import HallpassCore
import Synchronization

extension Ledger {
    /// Has something written, to see whether the writer still gets there and the disk still takes it: a commit without
    /// anything in it, or with what is there already, would succeed on a full one.
    ///
    /// Where something was written within the last second, that is seen already, and nobody can have it write by asking.
    ///
    /// - Throws: as ``submit(_:)``; also where there is no room left for what a busy moment writes.
    package func probe() async throws(HallpassError) {
        guard DatabaseFile(path: database.path).freeBytes >= Limits.diskReserveBytes else { throw .storageUnavailable }
        if let last = lastCommit.withLock({ $0 }), .now - last < .seconds(1) { return }
        let number = nextSequence()
        try await transact { try LedgerSequence.note(number, $0.db) }
    }
}
