import Dispatch
import Foundation
import Synchronization

/// Ends the process at once where being asked nicely was not enough: at the second Ctrl-C, or when a shutdown outlasts its
/// deadline.
///
/// It runs on a thread of Dispatch's, because the reason for a shutdown that does not end may be that Swift's own are
/// taken. Nothing is lost: what was answered is on disk, and what is not yet answered was never promised.
final class SignalWatch: Sendable {
    private let sources: Mutex<[any DispatchSourceSignal]>
    private let queue = DispatchQueue(label: "hallpass-signals")

    /// - Parameter lastResortSeconds: after the first signal.
    init(lastResortSeconds: Int) {
        let queue = queue
        let interrupts = InterruptCount()
        sources = Mutex(
            [SIGINT, SIGTERM].map { signal in
                let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
                source.setEventHandler {
                    if signal == SIGINT, interrupts.increment() > 1 { Self.end("Stopped at once.", code: 130) }
                    queue.asyncAfter(deadline: .now() + .seconds(lastResortSeconds)) {
                        Self.end("Stopped: connections did not close in \(lastResortSeconds) seconds.", code: 1)
                    }
                }
                source.resume()
                return source
            })
    }

    private static func end(_ sentence: String, code: Int32) {
        StandardError.writeLine("hallpass: \(sentence)")
        _exit(code)
    }
}

private final class InterruptCount: Sendable {
    private let count = Atomic(0)

    func increment() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
