import NIOCore
import ScriptedServer
import Synchronization

/// Stands before a server and hands on every byte, until it is told to lose an answer.
final class CutConnection: Sendable {
    private let answersToLose = Mutex(0)

    /// The next so many answers are not handed on: the request arrives, and its connection is closed.
    func loseAnswers(_ count: Int) { answersToLose.withLock { $0 = count } }

    static func run<Value: Sendable>(
        to port: Int, _ body: @Sendable (Int, CutConnection) async throws -> Value
    ) async throws -> Value {
        let cut = CutConnection()
        return try await Listener.run { inbound, outbound in
            try await Listener.connect(port) { answers, requests in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { for try await bytes in inbound { try await requests.write(bytes) } }
                    group.addTask {
                        for try await bytes in answers {
                            if cut.losesThis() { return }
                            try await outbound.write(bytes)
                        }
                    }
                    // Whichever side ends first ends both.
                    try await group.next()
                    group.cancelAll()
                }
            }
        } _: { port in
            try await body(port, cut)
        }
    }

    private func losesThis() -> Bool {
        answersToLose.withLock { count in
            guard count > 0 else { return false }
            count -= 1
            return true
        }
    }
}
