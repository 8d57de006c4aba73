import HallpassStorage
import Logging
import Synchronization

/// Says that nothing can be written any more, and why, and that it can again: once each, however many calls are refused
/// in between.
final class CommitLog: Sendable {
    private let logger: Logger
    private let isFailing = Mutex(false)

    init(logger: Logger) { self.logger = logger }

    @Sendable
    func note(_ batch: LedgerBatch) {
        let wasFailing = isFailing.withLock { isFailing in
            defer { isFailing = !batch.didCommit }
            return isFailing
        }
        switch (wasFailing, batch.failure) {
        case (false, let failure?):
            logger.error(
                "Nothing can be written, and every call is refused until it can be.",
                metadata: ["reason": "\(failure)", "next": "hallpass doctor"])
        case (true, nil): logger.notice("Writing works again.")
        case (true, _?), (false, nil): break
        }
    }
}
