import HTTPTypes
import HallpassBroker
import HallpassCore
import Logging
import StrictJSON

/// From a request to its answer, in one order for every route: find it, know the caller, read the body, ask, record what
/// was refused, answer.
///
/// Hummingbird's router is not used: it drops empty path components, answers 404 for a wrong method and 204 for `nil`, and
/// would leave it to the order of middleware whether a route is guarded.
struct HallpassResponder: Sendable {
    let table: RouteTable
    let broker: Broker
    let folder: PublicFolder
    let metrics: HTTPMetrics
    let cookie: SessionCookie
    let origins: OriginCheck
    private let date = DateField()
    let logger: Logger
    private let work = WorkInProgress()

    init(
        table: RouteTable, broker: Broker, folder: PublicFolder, metrics: HTTPMetrics, cookie: SessionCookie,
        origins: OriginCheck, logger: Logger
    ) {
        self.table = table
        self.broker = broker
        self.folder = folder
        self.metrics = metrics
        self.cookie = cookie
        self.origins = origins
        self.logger = logger
    }

    func respond(to request: IncomingRequest) async -> Response {
        let context = CallContext(requestID: RequestID.make(), address: request.address)
        let exchange = Exchange(request: request, context: context, logger: logger)
        let answer = await answer(exchange)
        let canContinue = await exchange.body.discardRest()
        return response(answer, exchange, isLast: !canContinue)
    }

    private func response(_ answer: Answer, _ exchange: Exchange, isLast: Bool) -> Response {
        metrics.record(answer, exchange)
        exchange.log(answer)
        let response = Response(
            answer, requestID: exchange.context.requestID, date: dateNow,
            isHead: exchange.request.method == .head, isLast: isLast)
        guard let events = answer.events else { return response }
        return response.streaming(following(events, exchange))
    }

    /// The header `Date` of an answer that is given now.
    var dateNow: String { date.text(atSeconds: broker.clock.nowSeconds) }

    private func answer(_ exchange: Exchange) async -> Answer {
        guard let target = RequestTarget(exchange.request.target) else { return exchange.refusal(.notFound) }
        switch table.match(target, exchange.request.method) {
        case .nothing: return folder.answer(target, exchange)
        case .wrongMethod(let allowed): return exchange.wrongMethod(allowed)
        case .route(let route, let parameters):
            exchange.route = route
            defer { if let share = exchange.share { work.end(share) } }
            if route.isForEveryCall { return await answer(target, parameters, route, exchange) }
            // What may take longer does not keep the connections of its event loop waiting.
            return await withTaskExecutorPreference(globalConcurrentExecutor) {
                await answer(target, parameters, route, exchange)
            }
        }
    }

    private func answer(
        _ target: RequestTarget, _ parameters: PathParameters, _ route: Route, _ exchange: Exchange
    ) async -> Answer {
        switch route.handler {
        case .open(let handle):
            let call = OpenCall(requestID: exchange.context.requestID, path: target.path)
            do {
                return try await handle(call)
            } catch {
                return exchange.refusal(exchange.refusal(of: error).error)
            }
        case .audited(let audience, let event, let handle):
            do {
                // Who asks, then what: nobody unknown makes the server read a body, but where the body holds the credentials.
                if try admit(route, audience, exchange) == .bySession { try await authenticateSession(exchange) }
                let bytes = try await exchange.readBody(route.body)
                let call = try call(target, parameters, route, audience, bytes, exchange)
                return exchange.forPage(try await handle(call))
            } catch {
                return await record(error, event, exchange)
            }
        }
    }

    private func call(
        _ target: RequestTarget, _ parameters: PathParameters, _ route: Route, _ audience: Route.Audience,
        _ body: [UInt8], _ exchange: Exchange
    ) throws -> Call {
        var document = try exchange.document(route.body, body)
        if case .form = route.body, case .object(let form) = document {
            document = .object(try admit(form, exchange))
        }
        guard exchange.caller != nil || audience == .strangers else { throw HallpassError.invalidClient }
        return Call(
            caller: exchange.caller, context: exchange.context, headers: exchange.request.headers,
            query: try FormParser.parse(Array(target.query.utf8)), document: document, parameters: parameters)
    }

    private enum Admission {
        /// As far as can be told before the body is read.
        case isDecided
        case bySession
    }

    private func admit(
        _ route: Route, _ audience: Route.Audience, _ exchange: Exchange
    ) throws -> Admission {
        let presented = try ClientCredentials.read(exchange.request.headers, exchange.request.credentials)
        if case .form = route.body {
            switch presented {
            case .nothing: break
            case .basic(let credentials):
                try authenticate(credentials, exchange)
                exchange.headerCredentials = credentials
            case .bearer, .unusable: throw HallpassError.invalidClient
            }
            return .isDecided
        }
        switch (audience, presented) {
        case (.admins, .nothing), (.people, .nothing): return .bySession
        case (.clients, _), (.admins, _): try authenticate(presented.forJSON, exchange)
        case (.people, _): throw HallpassError.invalidClient
        case (.strangers, _): try origins.requireNoOtherPage(exchange.request.headers)
        }
        return .isDecided
    }

    /// HTTP Basic, or `client_id` and `client_secret` in the form, and not both. Source: RFC 6749 sections 2.3 and 2.3.1.
    ///
    /// - Returns: the form without what said who sent it: the routes are not to see a secret.
    private func admit(_ form: JSONObject, _ exchange: Exchange) throws -> JSONObject {
        if let credentials = exchange.headerCredentials {
            try credentials.requireNoOther(in: form)
        } else {
            try authenticate(ClientCredentials(form: form), exchange)
        }
        return form.withoutCredentials
    }

    private func authenticateSession(_ exchange: Exchange) async throws {
        let request = exchange.request
        guard let secret = try cookie.read(request.headers) else { throw HallpassError.invalidClient }
        exchange.caller = .person(try await broker.authenticate(session: secret))
        try begin(exchange)
        if request.method != .get {
            try origins.requireOwnPage(request.headers)
        } else if exchange.route?.isStream == true {
            // Another page could not read it, but hold the few that there may be.
            try origins.requireNoOtherPage(request.headers)
        }
    }

    /// Who it is, and whether such a client asks such things at all. Known first and only then asked for its switch, so that
    /// the refusal stands in its own tenant's audit.
    private func authenticate(_ credentials: ClientCredentials?, _ exchange: Exchange) throws {
        guard let credentials else { throw HallpassError.invalidClient }
        exchange.claimedID = ClientID(credentials.id)
        let client = try broker.authenticate(id: credentials.id, secret: credentials.secret)
        exchange.caller = .client(client)
        try begin(exchange)
        try client.requireEnabled()
        if let event = exchange.route?.event { try client.requireMayAsk(event) }
    }

    /// Before any more is read of what is asked.
    private func begin(_ exchange: Exchange) throws(HallpassError) {
        guard let caller = exchange.caller, let route = exchange.route else { return }
        exchange.share = try work.begin(
            route.weight(bodyBytes: exchange.body.declaredBytes), for: caller.tenant)
    }

    /// Puts a refusal on record, once, before it is answered; but not that there is too much to do.
    private func record(_ error: any Error, _ event: AuditEvent, _ exchange: Exchange) async -> Answer {
        let refusal = exchange.refusal(of: error)
        if case .overloaded = refusal.error { return exchange.refusal(refusal.error) }
        let unproven = exchange.caller == nil ? exchange.claimedID : nil
        do {
            try await broker.record(refusal, event, by: exchange.caller, exchange.context, claiming: unproven)
        } catch {
            return exchange.refusal(error)
        }
        return exchange.refusal(refusal.error)
    }

    /// Writes an answer that goes on, with a line in the log when it is over.
    private func following(_ events: EventStream, _ exchange: Exchange) -> @Sendable (StreamWriter) async -> Bool {
        let followers = metrics.followers(of: events.topic)
        let log = exchange.endLog
        return { writer in
            followers.increment(by: 1)
            defer { followers.decrement(by: 1) }
            do {
                log(try await events.write(to: writer))
                return true
            } catch {
                log(.disconnected)
                return false
            }
        }
    }
}

extension HTTPField.Name {
    static let host = literal("Host")

    static func literal(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("a literal field name") }
        return name
    }
}
