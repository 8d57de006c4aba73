import HallpassBroker
import HallpassCore
import HallpassStorage
import Logging

/// The copying of the audit to one destination, delivery by delivery.
///
/// What has arrived is remembered after it has: a crash in between delivers it again, and nothing is ever left out.
struct AuditExport {
    let broker: Broker
    let destination: any AuditDestination
    let format: AuditExportFormat
    let logger: Logger
    let metrics: AuditExportMetrics
    let chance: @Sendable () -> Double
    var clock = HallpassBroker.Clock.system
    private var backoff = Backoff(seconds: Limits.exportRetrySeconds)
    /// Whose records went last.
    private var turn: TenantID?
    /// What the operator has been told.
    private var reported: String?

    /// A receiver that is restarted is back by then, and nobody has to hear of it.
    private static let failuresUntilReported = 3
    /// Between looks where nothing waits.
    private static let idle = Duration.seconds(1)

    init(
        broker: Broker, destination: any AuditDestination, format: AuditExportFormat, logger: Logger,
        metrics: AuditExportMetrics, chance: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.broker = broker
        self.destination = destination
        self.format = format
        self.logger = logger
        self.metrics = metrics
        self.chance = chance
    }

    /// Whether the last delivery arrived.
    var isSound: Bool { backoff.failures == 0 }

    /// Delivers once, where there is something to deliver.
    ///
    /// - Returns: how long to wait before the next time.
    mutating func step() async -> Duration {
        do {
            let batch = try await broker.exportBatch(for: destination.destination, after: turn)
            metrics.note(batch.backlog, nowMilliseconds: clock.nowMilliseconds())
            let (records, lines) = fitting(batch.records)
            if let last = records.last {
                try await destination.deliver(lines)
                try await broker.noteExported(records, to: destination.destination)
                metrics.delivered(records.count)
                turn = last.tenant
            }
            await succeeded()
            let isLast = records.count == batch.records.count && records.count < Limits.exportBatchRecords
            return isLast ? Self.idle : .zero
        } catch let failure as DeliveryFailure {
            return await failed(failure)
        } catch {
            return await failed(DeliveryFailure("the audit cannot be read"))
        }
    }

    /// As many of the records as one delivery takes, at least one, with their lines.
    private func fitting(_ records: [AuditRecord]) -> (records: ArraySlice<AuditRecord>, lines: [UInt8]) {
        var lines: [UInt8] = []
        for (index, record) in records.enumerated() {
            let line = format.line(record)
            guard index == 0 || lines.count + line.count <= Limits.exportBatchBytes else {
                return (records[..<index], lines)
            }
            lines += line
        }
        return (records[...], lines)
    }

    private mutating func succeeded() async {
        backoff.succeed()
        guard reported != nil else { return }
        reported = nil
        logger.info("The audit is exported again.", metadata: ["to": "\(destination.destination.name)"])
        // The doctor goes on telling of what is over until the next trouble is.
        try? await broker.noteExportTrouble(nil, at: destination.destination)
    }

    private mutating func failed(_ failure: DeliveryFailure) async -> Duration {
        metrics.failed()
        let pause = backoff.fail(askedSeconds: failure.retryAfterSeconds, chance: chance())
        if backoff.failures >= Self.failuresUntilReported, reported != failure.reason {
            reported = failure.reason
            logger.warning(
                "The audit is not exported; it is kept, and tried again.",
                metadata: ["to": "\(destination.destination.name)", "because": "\(failure.reason)"])
            // Only a help for the doctor, and the same disk may be what is in trouble.
            try? await broker.noteExportTrouble(failure.reason, at: destination.destination)
        }
        return .milliseconds(pause)
    }
}

/// What a record's line holds.
enum AuditExportFormat: String, Sendable, CaseIterable {
    case jsonl, ocsf

    func line(_ record: AuditRecord) -> [UInt8] {
        switch self {
        case .jsonl: AuditExportFile.line(record)
        case .ocsf: OCSFEvent.line(record)
        }
    }
}
