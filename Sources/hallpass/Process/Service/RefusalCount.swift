import HallpassBroker
import HallpassCore
import Logging
import ServiceLifecycle

/// Has what was counted of refusals recorded, every so often and once more at the end.
struct RefusalCount: Service {
    let broker: Broker
    let logger: Logger
    var pause: Duration = .seconds(10)

    func run() async throws {
        await Rounds.run(every: pause, from: .afterPause) { await record() }
        // Not within: what is read in a task that was cancelled is not read to its end.
        await record()
    }

    func record() async {
        do throws(HallpassError) {
            try await broker.recordTally(.ofServer())
        } catch {
            // What is refused without being recorded one by one is recorded late, or, where the disk is full, not at all.
            logger.warning("Refusals were counted and not recorded.", metadata: ["code": "\(error.code.rawValue)"])
        }
    }
}
