import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// One thing that can be asked: all that the edge has to know of it before it is asked.
struct Route: Sendable {
    /// `GET`, `PUT`, `POST` or `DELETE`.
    let method: HTTPRequest.Method
    /// As in the OpenAPI document: `/v1/tenants/{tenant}/apply`.
    let template: String
    let body: Body
    /// The query parameters there are; any other is refused by name.
    let handler: Handler

    enum Body: Sendable {
        case none
        /// Nothing, or an empty JSON object.
        case empty
        case json(limitBytes: Int)
        case form
    }

    enum Handler: Sendable {
        /// For everyone, not audited.
        case open(@Sendable (OpenCall) async throws -> Answer)
        /// For clients; what is refused is recorded as this event.
        case client(AuditEvent, @Sendable (Call) async throws -> Answer)
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

    /// A route for clients.
    init(
        _ method: HTTPRequest.Method, _ template: String, _ event: AuditEvent, _ body: Body = .none,
        _ handle: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.init(method: method, template: template, body: body, handler: .client(event, handle))
    }

    /// Who speaks OAuth gets its errors in OAuth's words too.
    var errorDialect: ErrorAnswer.Dialect { template.hasPrefix("/oauth/") ? .oauth : .plain }
}

/// A request for everyone.
struct OpenCall: Sendable {
    let requestID: String
    let path: String
}

/// A request of a client that is known by now, its body read.
struct Call: Sendable {
    let client: AuthenticatedClient
    let context: CallContext
    let headers: HTTPFields
    let query: JSONObject
    /// What the body says: a JSON value, or a form's parameters as the string members of an object; `null` for none.
    let document: JSONValue
    private let parameters: PathParameters

    init(
        client: AuthenticatedClient, context: CallContext, headers: HTTPFields, query: JSONObject, document: JSONValue,
        parameters: PathParameters
    ) {
        self.client = client
        self.context = context
        self.headers = headers
        self.query = query
        self.document = document
        self.parameters = parameters
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
