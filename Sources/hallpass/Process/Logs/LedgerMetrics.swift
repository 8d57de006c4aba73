import HallpassStorage
import Metrics

/// How large the ledger's batches are, and how long their commits take.
struct LedgerMetrics: Sendable {
    private let entries: Recorder
    private let commit: Timer

    init(factory: any MetricsFactory) {
        entries = Recorder(label: "hallpass_ledger_batch_entries", dimensions: [], aggregate: true, factory: factory)
        commit = Timer(label: "hallpass_ledger_commit_seconds", dimensions: [], factory: factory)
    }

    @Sendable
    func record(_ batch: LedgerBatch) {
        entries.record(batch.entryCount)
        commit.recordMicroseconds(batch.commitMicroseconds)
    }
}
