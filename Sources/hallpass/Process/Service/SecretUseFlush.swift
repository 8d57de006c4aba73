import HallpassBroker
import HallpassCore
import Logging
import ServiceLifecycle

/// Puts on disk when client secrets were last used: once a minute, and once more when the server stops.
struct SecretUseFlush: Service {
    let broker: Broker
    let logger: Logger
    var pause: Duration = .seconds(60)

    func run() async throws {
        await Rounds.run(every: pause, from: .afterPause) { await flush() }
        await flush()
    }

    private func flush() async {
        do throws(HallpassError) {
            try await broker.flushSecretUses()
        } catch {
            // The next round tries again; requests themselves say so louder if storage is in trouble.
            logger.warning("The last use of client secrets was not kept.", metadata: ["code": "\(error.code.rawValue)"])
        }
    }
}
