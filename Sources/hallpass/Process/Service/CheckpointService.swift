import Foundation
import HallpassBroker
import HallpassCore
import Logging
import NIOPosix
import ServiceLifecycle
import StrictJSON

/// Signs where the audit chains end, every so often and once more at the end, and keeps it where the operator said.
struct CheckpointService: Service {
    let broker: Broker
    let logger: Logger
    let pause: Duration
    /// One line each, appended; `nil` to keep them in the database only.
    let file: String?

    func run() async throws {
        await Rounds.run(every: pause, from: .afterPause) { await sign() }
        // Not within: what is read in a task that was cancelled is not read to its end.
        await sign()
    }

    func sign() async {
        do {
            let made = try await broker.checkpointAudit()
            guard let file, !made.isEmpty else { return }
            let lines = made.flatMap { $0.json.serialized() + [UInt8(ascii: "\n")] }
            try await NIOThreadPool.singleton.runIfActive { try PrivateFile.append(file, lines) }
        } catch let failure as CommandFailure {
            // They are in the database, but what they are for is to lie elsewhere.
            logger.error("\(failure.message)", metadata: ["next": "\(failure.next ?? "")"])
        } catch {
            // The next round signs the same end, or a later one.
            logger.warning("The audit chains could not be signed.")
        }
    }
}
