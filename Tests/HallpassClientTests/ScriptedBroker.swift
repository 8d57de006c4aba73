import NIOCore
import Synchronization

@testable import HallpassClient

/// Answers requests as it was told, whatever they are: what no broker says can still arrive.
struct ScriptedBroker: Sendable {
    struct Script: Sendable {
        var status = 200
        var body = ""
        var headers: [String] = []
        /// Closes the connection in place of an answer.
        var isCut = false

        static func json(_ body: JSON, status: Int = 200) -> Script { Script(status: status, body: body.text) }
        static func status(_ status: Int) -> Script { Script(status: status) }
        static let cut = Script(isCut: true)
    }

    let port: Int
    private let log: RequestLog

    /// Each request as it arrived, head and body.
    var requests: [String] { log.requests }

    func client(timeout: Duration = .seconds(30), troubles: TroubleLog = TroubleLog()) -> HallpassClient {
        HallpassClient(
            connection: BrokerConnection(
                address: "http://127.0.0.1:\(port)", clientID: "crm-server", secret: "not-a-secret", timeout: timeout),
            environment: nil, onTrouble: troubles.append, pause: { _ in })
    }

    /// Answers one script after the other, and from then on the last one.
    static func run<Value: Sendable>(
        _ scripts: [Script], _ body: @Sendable (ScriptedBroker) async throws -> Value
    ) async throws -> Value {
        let log = RequestLog()
        return try await Listener.run { inbound, outbound in
            var text = ""
            for try await buffer in inbound {
                text += String(buffer: buffer)
                guard isComplete(text) else { continue }
                let script = scripts[min(log.append(text), scripts.count - 1)]
                text = ""
                if script.isCut { return }
                let head =
                    ["HTTP/1.1 \(script.status) X", "Content-Length: \(script.body.utf8.count)"] + script.headers
                try await outbound.write(ByteBuffer(string: head.joined(separator: "\r\n") + "\r\n\r\n" + script.body))
            }
        } _: { port in
            try await body(ScriptedBroker(port: port, log: log))
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
