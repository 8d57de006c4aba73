import ServiceLifecycle

/// What a service does in rounds, until the server is told to stop.
enum Rounds {
    enum Start {
        case atOnce
        /// For what is done once more at the end, so that a short run does it once.
        case afterPause
    }

    static func run(
        every pause: Duration, from start: Start = .atOnce, _ round: @escaping @Sendable () async -> Void
    ) async {
        await cancelWhenGracefulShutdown {
            // A pause ends early only because the task was cancelled, which the loop sees.
            if start == .afterPause { try? await Task.sleep(for: pause) }
            while !Task.isCancelled {
                await round()
                try? await Task.sleep(for: pause)
            }
        }
    }
}
