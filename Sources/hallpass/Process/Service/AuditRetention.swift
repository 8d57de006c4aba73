import HallpassBroker
import HallpassCore
import Logging
import ServiceLifecycle

/// Trims the audit once an hour of what is older than it is kept for, and removes what was trimmed a few records at a time.
struct AuditRetention: Service {
    let broker: Broker
    let logger: Logger
    /// 0: for good.
    let days: Int64
    /// Where records have to be copied to before they go.
    let destinations: [ExportDestination]
    var pause: Duration = .seconds(3_600)
    /// Between two removals, so that they take no more than a part of the disk's time.
    var breath: Duration = .milliseconds(20)

    func run() async throws {
        await Rounds.run(every: pause) { await tend() }
    }

    func tend() async {
        do {
            // What an earlier run has trimmed is removed in any case.
            if days > 0 { try await trim() }
            try await broker.removeTrimmedAudit { try await Task.sleep(for: breath) }
        } catch {
            // Told to stop, and the next start goes on.
            guard !Task.isCancelled else { return }
            // The next round tries again; calls themselves say so louder if storage is in trouble.
            logger.warning("The audit could not be trimmed.")
        }
    }

    private func trim() async throws {
        let context = CallContext.ofServer()
        for trim in try await broker.trimAudit(olderThanDays: days, exportedTo: destinations, context) {
            logger.info(
                "The audit was trimmed.",
                metadata: [
                    "tenant": "\(trim.signed.checkpoint.tenant.rawValue)", "up-to": "\(trim.head.text)",
                ])
        }
    }
}
