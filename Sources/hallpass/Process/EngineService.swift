import ServiceLifecycle

/// Keeps the engine until everything that asks of it has stopped, then stops the ledger and closes the database.
///
/// One service for both, because a group that is cancelled lets go of all its services at once, and a database must not
/// close under a ledger that still writes.
struct EngineService: Service {
    let engine: Engine

    func run() async throws {
        // However the wait ends, what follows it is the same.
        try? await gracefulShutdown()
        try await engine.stop()
    }
}
