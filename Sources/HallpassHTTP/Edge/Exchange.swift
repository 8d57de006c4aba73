import HTTPTypes
import HallpassBroker
import HallpassCore
import Logging
import StrictJSON

/// One request on its way to an answer: what has been found out so far.
///
/// A class, because each async function that held it had its own copy on the heap.
final class Exchange {
    let request: IncomingRequest
    let context: CallContext
    let body: BodyReader
    /// `nil` for a path that is none.
    var route: Route?
    /// `nil` until a secret or a session was found good.
    var caller: Caller?
    /// `nil` until it was let in among what is being done.
    var share: WorkInProgress.Share?
    /// Who it is from, as its header proved before the body of a form was read.
    var headerCredentials: ClientCredentials?
    /// Whom the request says it is from.
    var claimedID: ClientID?
    private let logger: Logger

    init(request: IncomingRequest, context: CallContext, logger: Logger) {
        self.request = request
        self.context = context
        self.logger = logger
        body = BodyReader(request)
    }

    /// Where this stands in metrics and logs: never the path itself, which may be anything.
    var routeLabel: String { route?.template ?? "none" }

    func log(_ answer: Answer) {
        logger.debug(
            "answered",
            metadata: [
                "request_id": "\(context.requestID)", "route": "\(routeLabel)", "status": "\(answer.status.code)",
                "code": "\(answer.code?.rawValue ?? "ok")", "duration_us": "\(elapsedMicroseconds)",
            ])
    }

    /// Logs the end of an answer that went on.
    var endLog: @Sendable (EventStreamEnd) -> Void {
        let (logger, context, route) = (logger, context, routeLabel)
        return { end in
            logger.debug(
                "a stream ended",
                metadata: [
                    "request_id": "\(context.requestID)", "route": "\(route)", "reason": "\(end.rawValue)",
                    "duration_s": "\(context.started.duration(to: .now).components.seconds)",
                ])
        }
    }

    var elapsedMicroseconds: Int64 {
        let (seconds, attoseconds) = context.started.duration(to: .now).components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

/// Refusing.
extension Exchange {
    func refusal(_ error: HallpassError) -> Answer {
        forPage(ErrorAnswer.make(error, requestID: context.requestID, dialect: route?.errorDialect ?? .plain))
    }

    /// A page shows its own way to sign in; for this scheme, which it does not know, the browser does not show its own.
    func forPage(_ answer: Answer) -> Answer {
        guard answer.status == .unauthorized, isFromPage else { return answer }
        var answer = answer
        answer.headers[.wwwAuthenticate] = #"Session realm="hallpass""#
        return answer
    }

    private var isFromPage: Bool {
        request.headers.contains(.hallpassRequest) || request.headers.contains(.fetchSite)
    }

    func wrongMethod(_ allowed: [HTTPRequest.Method]) -> Answer {
        var answer = refusal(.methodNotAllowed)
        answer.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
        return answer
    }

    /// Everything that a route may throw, as a refusal; what nobody foresaw is logged by its type alone, because what an
    /// error holds may be a secret.
    func refusal(of error: any Error) -> Refusal {
        switch error {
        case let refusal as Refusal: return refusal
        case let error as HallpassError: return Refusal(error.edgeCheck, error)
        case let violations as JSONViolations:
            return Refusal(.requestShape, .invalidRequest(violations.violations))
        case is BodyStreamError:
            return Refusal(
                .admission,
                .invalidRequest(path: "", rule: "http", message: "did not arrive in one piece, or not in time"))
        default:
            logger.error(
                "a request failed",
                metadata: [
                    "request_id": "\(context.requestID)", "route": "\(routeLabel)",
                    "error_type": "\(type(of: error))",
                ])
            return Refusal(.admission, .internal)
        }
    }
}

/// Reading.
extension Exchange {
    /// What was sent; nothing where a route takes nothing.
    func readBody(_ kind: Route.Body) async throws -> [UInt8] {
        switch kind {
        case .none: return []
        case .form:
            try BodyType.form.check(request.headers)
            return try await body.readAll(limitBytes: Limits.requestBodyBytes)
        case .json(let limitBytes):
            try BodyType.json.check(request.headers)
            return try await body.readAll(limitBytes: limitBytes)
        case .empty, .optionalJSON:
            let bytes = try await body.readAll(limitBytes: Limits.requestBodyBytes)
            if !bytes.isEmpty { try BodyType.json.check(request.headers) }
            return bytes
        }
    }

    /// - Parameter bytes: of the body.
    func document(_ kind: Route.Body, _ bytes: [UInt8]) throws -> JSONValue {
        switch kind {
        case .none: return .null
        case .form: return .object(try FormParser.parse(bytes))
        case .json: return try parse(bytes)
        case .empty:
            return bytes.isEmpty ? .null : try JSONObjectReader.decode(try parse(bytes)) { _ in JSONValue.null }
        case .optionalJSON:
            guard !bytes.isEmpty else { return .null }
            let document = try parse(bytes)
            // That nothing was sent is said by sending nothing.
            return document.isNull ? try JSONObjectReader.decode(document) { _ in JSONValue.null } : document
        }
    }

    private func parse(_ bytes: [UInt8]) throws(HallpassError) -> JSONValue {
        do {
            return try JSONParser.parse(bytes, limits: JSONLimits(depth: Limits.jsonDepth))
        } catch {
            throw .invalidJSON(error)
        }
    }
}

extension HallpassError {
    /// Which check an error speaks for when it was thrown without one.
    fileprivate var edgeCheck: Check {
        switch code {
        case .invalidClient, .forbidden, .notFound: .caller
        case .invalidRequest, .invalidJSON, .payloadTooLarge, .unsupportedMediaType, .methodNotAllowed,
            .revisionConflict, .inUse, .limitReached, .tenantDeleted:
            .requestShape
        case .disabled: .enabled
        default: .admission
        }
    }
}
