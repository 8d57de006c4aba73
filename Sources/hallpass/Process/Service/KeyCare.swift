import HallpassBroker
import HallpassCore
import Logging
import ServiceLifecycle

/// Follows signing keys that are old enough and ends those whose tokens have all expired; seals anew what lies under old data
/// keys.
struct KeyCare: Service {
    let broker: Broker
    let logger: Logger
    /// `nil`: keys are rotated by hand only.
    let maximumAgeSeconds: Int64?
    var pause: Duration = .seconds(60)

    func run() async throws {
        await Rounds.run(every: pause) { await tend() }
    }

    func tend() async {
        do throws(HallpassError) {
            let context = CallContext.ofServer()
            try await broker.tendKeys(maximumAgeSeconds: maximumAgeSeconds, context)
            try await broker.tendDataKeys(context)
        } catch {
            // The next round tries again; a key that signs a minute longer harms nobody.
            logger.warning("Keys could not be tended.", metadata: ["code": "\(error.code.rawValue)"])
        }
    }
}
