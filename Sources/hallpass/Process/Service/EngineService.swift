import Logging
import ServiceLifecycle

/// Keeps the engine until everything that asks of it has stopped, then stops the ledger and closes the database.
///
/// One service for both, because a group that is cancelled lets go of all its services at once, and a database must not
/// close under a ledger that still writes.
struct EngineService: Service {
    let engine: Engine
    let logger: Logger

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch {
            // Whoever was cut off has no answer, and nothing that was answered is lost.
            logger.warning("The deadline passed with requests still in flight; they were cut off.")
        }
        try await engine.stop()
    }
}
