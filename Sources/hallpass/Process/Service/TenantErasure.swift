import HallpassBroker
import HallpassCore
import Logging
import ServiceLifecycle

/// Removes what is left of deleted tenants, a few rows at a time, until nothing is but their audit; goes on after a restart.
struct TenantErasure: Service {
    let broker: Broker
    let logger: Logger
    var pause: Duration = .seconds(5)
    /// Between two removals, so that they take no more than a part of the disk's time.
    var breath: Duration = .milliseconds(20)

    func run() async throws {
        await Rounds.run(every: pause) { await erase() }
    }

    func erase() async {
        do {
            let context = CallContext.ofServer()
            for tenant in try await broker.eraseDeletedTenants(context, pause: { try await Task.sleep(for: breath) }) {
                logger.info(
                    "Nothing is left of a deleted tenant but its audit.", metadata: ["tenant": "\(tenant.rawValue)"])
            }
        } catch {
            // Told to stop, and the next start goes on.
            guard !Task.isCancelled else { return }
            // The next round tries again; calls themselves say so louder if storage is in trouble.
            logger.warning("What is left of a deleted tenant could not be removed.")
        }
    }
}
