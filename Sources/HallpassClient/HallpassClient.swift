/// A broker, and the `mcp_server` client that asks it whether a tool may run and tells it how the call went.
///
/// Connections are kept and used again, so make one of these for a process. It prints none of its secrets.
public final class HallpassClient: Sendable {
    /// Tokens for any other are refused, which matters to a client that owns several deployments.
    public let environment: String?
    private let connection: BrokerConnection
    private let isTold: @Sendable (Trouble) -> Void
    private let pause: @Sendable (Duration) async -> Void

    /// - Parameters:
    ///   - url: of the broker, `https://…`; `http://` is for this machine only, because the secret goes along.
    ///   - clientID: of an `mcp_server` client that owns the deployment.
    ///   - secret: of that client, `hp_…`; read it from a file, not from the source.
    ///   - environment: the only one whose tokens are accepted; `nil` leaves that to the client's deployments.
    ///   - timeout: for one request and its whole answer.
    ///   - allowsInsecureHTTP: whether `http://` may go beyond this machine, over a network that is encrypted otherwise.
    ///   - onTrouble: told what an operator should know. By default it is a line on the standard error.
    public convenience init(
        url: String, clientID: String, secret: String, environment: String? = nil, timeout: Duration = .seconds(5),
        allowsInsecureHTTP: Bool = false, onTrouble: @escaping @Sendable (Trouble) -> Void = Trouble.writeLine
    ) throws(ConfigurationError) {
        guard let address = BrokerAddress(url) else { throw .invalidURL }
        guard address.isEncrypted || address.isLoopback || allowsInsecureHTTP else { throw .insecureURL }
        guard !clientID.isEmpty, !secret.isEmpty, (clientID + secret).utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !clientID.contains(":")
        else { throw .invalidCredentials }
        self.init(
            connection: BrokerConnection(address: address.text, clientID: clientID, secret: secret, timeout: timeout),
            environment: environment, onTrouble: onTrouble,
            // A pause that is cut short by the process's end changes nothing.
            pause: { try? await Task.sleep(for: $0) })
    }

    init(
        connection: BrokerConnection, environment: String?, onTrouble: @escaping @Sendable (Trouble) -> Void,
        pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.connection = connection
        self.environment = environment
        isTold = onTrouble
        self.pause = pause
    }

    /// Closes its connections; whatever is asked afterwards is refused. It also happens when nobody holds the client.
    public func close() async { await connection.close() }

    func tell(_ trouble: Trouble) { isTold(trouble) }
}

extension HallpassClient {
    /// Asks whether a call may be made.
    ///
    /// It is asked once: an answer that was lost may have used the token up. Whatever is not a clear answer is a
    /// ``Decision/deny(_:)`` with the code `unavailable`.
    ///
    /// - Parameters:
    ///   - token: as it came with the call; empty where none came, which is refused like any bad one.
    ///   - arguments: as they were received: neither coerced nor completed with defaults.
    ///   - idempotencyKey: where it does not stand among the arguments.
    ///   - environment: in place of the client's own.
    public func verify(
        _ token: String, tool: String, arguments: JSON = [:], idempotencyKey: String? = nil, environment: String? = nil
    ) async -> Decision {
        var question: [(name: String, value: JSON)] = [
            ("token", JSON(token)), ("tool", JSON(tool)), ("arguments", arguments),
        ]
        if let idempotencyKey { question.append(("idempotency_key", JSON(idempotencyKey))) }
        if let environment = environment ?? self.environment { question.append(("environment", JSON(environment))) }
        let answer: BrokerConnection.Answer
        do {
            answer = try await connection.post("/v1/verify", JSON(members: question))
        } catch {
            tell(.noDecision(tool: tool, reason: error.reason, requestID: nil))
            return .deny(.unavailable(requestID: nil))
        }
        if answer.status == 200, let decision = answer.body.flatMap({ Decision($0, over: connection) }) {
            return decision
        }
        tell(.noDecision(tool: tool, reason: answer.summary, requestID: answer.requestID))
        // What is wrong with the question, or with the moment, is for whoever asked; what is wrong with this server is not.
        if [400, 413, 429, 503].contains(answer.status), let refusal = answer.body?["error"].flatMap(Refusal.init) {
            return .deny(refusal)
        }
        return .deny(.unavailable(requestID: answer.requestID))
    }

    /// Tells how a call went.
    ///
    /// What may help later is tried again, five times within some seconds; the same report twice is one report. A result
    /// that cannot be kept is reported as one that was not.
    public func report(_ outcome: Outcome, of callID: String) async throws(ReportError) {
        guard Self.isCallID(callID) else { throw .unknownCall }
        var body = Self.isAcceptable(outcome) ? outcome.json : Outcome.notRetained.json
        var reason = ""
        for attempt in 0..<ClientLimits.reportAttempts {
            if attempt > 0 { await pause(.milliseconds(ClientLimits.reportPauseMilliseconds << (attempt - 1))) }
            let answer: BrokerConnection.Answer
            do {
                answer = try await connection.post("/v1/calls/\(callID)/outcome", body)
            } catch {
                reason = error.reason
                continue
            }
            reason = answer.summary
            switch answer.status {
            case 204: return
            case 404: throw .unknownCall
            case 409: throw .conflict
            case 413: body = Outcome.notRetained.json
            case 429, 500...: continue
            default: throw .refused(reason)
            }
        }
        throw .undelivered(reason)
    }

    /// Whether the broker can read it: an integer beyond 2^53 - 1 or a nesting without end would be a bad request.
    private static func isAcceptable(_ outcome: Outcome) -> Bool {
        (try? JSON(parsing: outcome.json.bytes, within: ClientLimits.requestJSON)) != nil
    }

    /// What is none would be another path.
    static func isCallID(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

extension HallpassClient: CustomStringConvertible, CustomReflectable {
    /// Its name, and nothing that it holds.
    public var description: String { "HallpassClient" }
    /// Nothing, so that a dump shows no secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
