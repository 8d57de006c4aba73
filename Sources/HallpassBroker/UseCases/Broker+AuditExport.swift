package import HallpassCore
package import HallpassStorage

/// What one destination is to be given next.
package struct ExportBatch: Sendable {
    /// Of any number of tenants, each tenant's in the order of its chain.
    package let records: [AuditRecord]
    /// All that the destination lacked at that moment.
    package let backlog: [ExportBacklog]
}

/// The continuous export: copied from what is committed, and remembered once it has arrived. Nobody's call waits for it.
extension Broker {
    /// The next records for a destination, at most ``Limits/exportBatchRecords`` of them.
    ///
    /// - Parameter turn: whose records went last the time before: tenants after it come first, so that one with many records
    ///   keeps nobody else's back.
    package func exportBatch(
        for destination: ExportDestination, after turn: TenantID?
    ) async throws(HallpassError) -> ExportBatch {
        let backlog = try await reading { try await exportStore.backlog(of: destination) }
        let start = turn.flatMap { turn in backlog.firstIndex { $0.tenant > turn } } ?? 0
        var records: [AuditRecord] = []
        for chain in backlog[start...] + backlog[..<start] {
            let room = Limits.exportBatchRecords - records.count
            guard room > 0 else { break }
            records += try await reading {
                try await auditStore.records(chain.tenant, after: chain.sequences.lowerBound - 1, limit: room)
            }
        }
        return ExportBatch(records: records, backlog: backlog)
    }

    /// Remembers that these have arrived.
    package func noteExported(
        _ records: some Sequence<AuditRecord>, to destination: ExportDestination
    ) async throws(HallpassError) {
        let last = Dictionary(records.map { ($0.tenant, $0.sequence) }, uniquingKeysWith: max)
        try await exportStore.noteDelivered(last, to: destination)
    }

    /// Remembers for ``HallpassDatabase/inspectExport(path:to:)`` what keeps a destination from being given anything.
    ///
    /// - Parameter reason: `nil` when it is over.
    package func noteExportTrouble(
        _ reason: String?, at destination: ExportDestination
    ) async throws(HallpassError) {
        try await exportStore.note(
            reason.map { ExportTrouble(reason: $0, since: clock.nowSeconds) }, at: destination)
    }
}
