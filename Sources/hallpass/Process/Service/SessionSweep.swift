import HallpassBroker
import HallpassCore
import Logging
import ServiceLifecycle

/// Clears away people's sessions and one-time links that are over.
struct SessionSweep: Service {
    let broker: Broker
    let logger: Logger
    var pause: Duration = .seconds(60)

    func run() async throws {
        await Rounds.run(every: pause) { await sweep() }
    }

    private func sweep() async {
        do throws(HallpassError) {
            _ = try await broker.sweepSessions()
        } catch {
            // They open nothing any more, and the next round tries again.
            logger.warning(
                "Sessions that are over could not be removed.", metadata: ["code": "\(error.code.rawValue)"])
        }
    }
}
