internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import StrictJSON

/// The way to the broker: kept connections, no redirects, bounded answers, one deadline for each exchange.
final class BrokerConnection: Sendable {
    struct Answer: Sendable {
        let status: Int
        let requestID: String?
        /// `nil` where the body is no JSON.
        let body: JSON?
    }

    private let http: HTTPClient
    private let address: String
    private let clientID: String
    private let secret: String
    private let timeout: Duration

    init(address: String, clientID: String, secret: String, timeout: Duration) {
        self.address = address
        self.clientID = clientID
        self.secret = secret
        self.timeout = timeout
        // A redirect would carry the secret to wherever it points.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.idleTimeout = .seconds(ClientLimits.idleSeconds)
        // A call that cannot be checked is refused at once, and the caller knows when to come back.
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // Closed before, or closed now: either way nothing is left to be told.
        http.shutdown { _ in }
    }

    func close() async {
        // What was asked is answered by now; a connection that does not close cleanly changes nothing.
        try? await http.shutdown()
    }

    /// One `POST`. It is made once: what it asked for may have happened although no answer arrived.
    func post(_ path: String, _ body: JSON) async throws -> Answer {
        var request = HTTPClientRequest(url: address + path)
        request.method = .POST
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "hallpass-client")
        request.setBasicAuth(username: clientID, password: secret)
        request.body = .bytes(ByteBuffer(bytes: body.bytes))
        let made = request
        return try await Self.within(timeout) { [http] in
            let response = try await http.execute(made, deadline: .distantFuture)
            let bytes = try await response.body.collect(upTo: ClientLimits.answerBytes)
            return Answer(
                status: Int(response.status.code), requestID: response.headers.first(name: "X-Request-Id"),
                // What is no JSON is no answer of the broker's, which is for the caller to say.
                body: try? JSON(parsing: bytes.readableBytesView))
        }
    }

    /// The library's own deadline ends with the head of an answer.
    private static func within<Value: Sendable>(
        _ timeout: Duration, _ exchange: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask(operation: exchange)
            group.addTask {
                try await Task.sleep(for: timeout)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}

extension BrokerConnection.Answer {
    /// For a log: the status, and the code of a refusal where there is one.
    var summary: String {
        let code = body?["error"]?["code"]?.string.map { " \($0)" } ?? ""
        return "it answered \(status)\(code)"
    }
}

extension Error {
    /// For a log. Texts of errors could repeat what was sent; these names do not.
    var reason: String {
        (self as? HTTPClientError)?.shortDescription ?? "\(type(of: self))"
    }
}
