import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// One thing that can be asked: all that the edge has to know of it before it is asked.
final class Route: Sendable {
    /// `GET`, `PUT`, `POST` or `DELETE`.
    let method: HTTPRequest.Method
    /// As in the OpenAPI document: `/v1/tenants/{tenant}/apply`.
    let template: String
    let body: Body
    let handler: Handler

    enum Body: Sendable {
        case none
        /// Nothing, or an empty JSON object.
        case empty
        case json(limitBytes: Int)
        /// Nothing, or a JSON value.
        case optionalJSON
        case form
    }

    enum Handler: Sendable {
        /// For everyone, not audited.
        case open(@Sendable (OpenCall) async throws -> Answer)
        /// For those whom the audience lets in; what is refused is recorded as this event.
        case audited(Audience, AuditEvent, @Sendable (Call) async throws -> Answer)
    }

    enum Audience: Sendable, CaseIterable {
        /// Clients, by their secret: what runs for every tool call. A session's cookie is not looked at.
        case clients
        /// Clients by their secret and people by their session: the admin API.
        case admins
        /// People, by their session: what is about themselves.
        case people
        /// Whoever is about to show who they are.
        case strangers
    }

    /// A route for everyone.
    static func open(_ template: String, _ handle: @escaping @Sendable (OpenCall) async throws -> Answer) -> Route {
        Route(method: .get, template: template, body: .none, handler: .open(handle))
    }

    init(method: HTTPRequest.Method, template: String, body: Body, handler: Handler) {
        self.method = method
        self.template = template
        self.body = body
        self.handler = handler
    }

    /// A route of the admin API, unless it is for others.
    convenience init(
        _ method: HTTPRequest.Method, _ template: String, _ event: AuditEvent, _ body: Body = .none,
        for audience: Audience = .admins, _ handle: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.init(method: method, template: template, body: body, handler: .audited(audience, event, handle))
    }

    /// What is recorded of it; `nil` for a route for everyone.
    var event: AuditEvent? {
        switch handler {
        case .open: nil
        case .audited(_, let event, _): event
        }
    }

    /// Whether its answer goes on until someone ends it.
    var isStream: Bool { template.hasSuffix("/feed") }

    /// What runs for every tool call, and is quick.
    var isForEveryCall: Bool {
        guard case .audited(.clients, _, _) = handler else { return false }
        return true
    }

    /// Who speaks OAuth gets its errors in OAuth's words too.
    var errorDialect: ErrorAnswer.Dialect { template.hasPrefix("/oauth/") ? .oauth : .plain }
}

/// A request for everyone.
struct OpenCall: Sendable {
    let requestID: String
    let path: String
}

/// A request of someone who is known by now, its body read.
///
/// A class, as ``Exchange`` is: what an async function holds while it waits lies on the heap.
final class Call: Sendable {
    /// `nil` where strangers ask.
    private let knownCaller: Caller?
    let context: CallContext
    let headers: RequestHeaders
    let query: JSONObject
    /// What the body says: a JSON value, or a form's parameters as the string members of an object; `null` for none.
    let document: JSONValue
    private let parameters: PathParameters

    init(
        caller: Caller?, context: CallContext, headers: RequestHeaders, query: JSONObject, document: JSONValue,
        parameters: PathParameters
    ) {
        knownCaller = caller
        self.context = context
        self.headers = headers
        self.query = query
        self.document = document
        self.parameters = parameters
    }

    var caller: Caller {
        get throws(HallpassError) {
            guard let knownCaller else { throw .invalidClient }
            return knownCaller
        }
    }

    /// The machine that asks; a person is none.
    var client: AuthenticatedClient {
        get throws(HallpassError) {
            guard case .client(let client) = try caller else { throw .invalidClient }
            return client
        }
    }

    /// The person who asks; a machine is none.
    var person: AuthenticatedPerson {
        get throws(HallpassError) {
            guard case .person(let person) = try caller else { throw .invalidClient }
            return person
        }
    }

    /// A name in the path.
    ///
    /// - Throws: ``HallpassError/notFound`` for what cannot be such a name.
    func parameter<Value>(_ name: String, _ make: (String) -> Value?) throws(HallpassError) -> Value {
        guard let text = parameters[name], let value = make(text) else { throw .notFound }
        return value
    }
}

/// What stood in a path where its template has `{…}`, undecoded.
struct PathParameters: Sendable {
    private let names: [String]
    private let values: [String]

    init(names: [String] = [], values: [String] = []) {
        self.names = names
        self.values = values
    }

    subscript(name: String) -> String? { names.firstIndex(of: name).map { values[$0] } }
}
