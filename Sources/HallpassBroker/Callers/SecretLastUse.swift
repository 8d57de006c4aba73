import Synchronization

/// When one client secret was last seen. It is in memory first, because a request must not wait for a write that nothing
/// depends on; ``Broker/flushSecretUses()`` puts it on disk.
final class SecretLastUse: Sendable {
    private let seenSeconds: Atomic<Int64>
    private let flushedSeconds: Atomic<Int64>

    /// - Parameter stored: Unix seconds, as on disk.
    init(stored: Int64?) {
        seenSeconds = Atomic(stored ?? 0)
        flushedSeconds = Atomic(stored ?? 0)
    }

    /// Unix seconds; `nil`: never.
    var seconds: Int64? {
        let seconds = seenSeconds.load(ordering: .relaxed)
        return seconds > 0 ? seconds : nil
    }

    func note(_ nowSeconds: Int64) {
        // Most requests come in a second that has been noted: reading leaves the line in every core's cache.
        guard seenSeconds.load(ordering: .relaxed) < nowSeconds else { return }
        seenSeconds.max(nowSeconds, ordering: .relaxed)
    }

    /// What is not on disk yet.
    var unflushedSeconds: Int64? {
        let seconds = seenSeconds.load(ordering: .relaxed)
        return seconds > flushedSeconds.load(ordering: .relaxed) ? seconds : nil
    }

    func didFlush(_ seconds: Int64) { flushedSeconds.max(seconds, ordering: .relaxed) }
}
