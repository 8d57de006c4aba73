import Logging
import NIOPosix
import ServiceLifecycle

/// Notes beside the database how far it has come, so that an older copy in its place is known for one.
struct DatabaseMarking: Service {
    let engine: Engine
    let logger: Logger
    var pause: Duration = .seconds(60)

    func run() async throws {
        await Rounds.run(every: pause) { await mark() }
    }

    private func mark() async {
        do {
            try await NIOThreadPool.singleton.runIfActive { try engine.mark() }
        } catch {
            // The one from before stays, and tells of a little less.
            logger.warning("The mark beside the database could not be written.")
        }
    }
}
