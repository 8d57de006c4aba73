import HallpassCore
import ServiceLifecycle

/// Exports the audit to one destination until the server stops, and then once more: what was recorded meanwhile.
struct AuditExportService: Service {
    let export: AuditExport
    /// Waits, or less where the task is cancelled.
    var pause: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }

    func run() async throws {
        var export = export
        // A delivery that is under way is not cut off: it would only have to be made again.
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let wait = await export.step()
            await cancelWhenGracefulShutdown { await pause(wait) }
        }
        if export.isSound { _ = await export.step() }
    }
}
