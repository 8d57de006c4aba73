import NIOCore
import Synchronization

/// An HTTP server of this machine that answers as it was told, whatever it is asked.
package struct ScriptedServer: Sendable {
    package struct Script: Sendable {
        package var status: Int
        package var body: String
        package var headers: [String]
        package var ending = Ending.answer

        package enum Ending: Sendable {
            case answer
            /// Closes the connection in place of an answer.
            case cut
            /// Says nothing, and keeps the connection.
            case silence
            /// Says that one byte more comes, and keeps the connection.
            case stall
        }

        package init(status: Int = 200, body: String = "", headers: [String] = []) {
            self.status = status
            self.body = body
            self.headers = headers
        }

        package static func status(_ status: Int) -> Script { Script(status: status) }
        package static var cut: Script { ending(.cut) }
        package static var silence: Script { ending(.silence) }
        package static var stall: Script { ending(.stall) }

        private static func ending(_ ending: Ending) -> Script {
            var script = Script()
            script.ending = ending
            return script
        }
    }

    package let port: Int
    private let log: RequestLog

    /// Each request as it arrived, head and body.
    package var requests: [String] { log.requests }

    /// Answers one script after the other, and from then on the last one.
    package static func run<Value: Sendable>(
        _ scripts: [Script], _ body: @Sendable (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        try await run(answering: { index, _ in scripts[min(index, scripts.count - 1)] }, body)
    }

    /// - Parameter answer: given how many requests there were before, and this one.
    package static func run<Value: Sendable>(
        answering answer: @escaping @Sendable (Int, String) async -> Script,
        _ body: @Sendable (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let log = RequestLog()
        return try await Listener.run { inbound, outbound in
            var text = ""
            for try await buffer in inbound {
                text += String(buffer: buffer)
                guard isComplete(text) else { continue }
                let script = await answer(log.append(text), text)
                text = ""
                switch script.ending {
                case .cut: return
                case .silence: continue
                case .answer, .stall: break
                }
                let length = script.body.utf8.count + (script.ending == .stall ? 1 : 0)
                let head = ["HTTP/1.1 \(script.status) X", "Content-Length: \(length)"] + script.headers
                try await outbound.write(ByteBuffer(string: head.joined(separator: "\r\n") + "\r\n\r\n" + script.body))
            }
        } _: { port in
            try await body(ScriptedServer(port: port, log: log))
        }
    }

    private static func isComplete(_ request: String) -> Bool {
        let parts = request.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        let length = parts[0].split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.drop { $0 != ":" }.dropFirst().filter { $0 != " " }) }
        return parts[1].utf8.count >= length ?? 0
    }
}

private final class RequestLog: Sendable {
    private let received = Mutex<[String]>([])

    var requests: [String] { received.withLock { $0 } }

    /// - Returns: how many there were before.
    func append(_ request: String) -> Int {
        received.withLock {
            $0.append(request)
            return $0.count - 1
        }
    }
}
