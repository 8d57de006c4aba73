import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// What people do about themselves: set up, sign in, look, change the password, sign out.
struct SessionRoutes {
    let broker: Broker
    let cookie: SessionCookie

    var routes: [Route] {
        let body = Route.Body.json(limitBytes: Limits.requestBodyBytes)
        return [
            Route(.post, "/v1/setup", .adminSetup, body, for: .strangers, setUp),
            Route(.post, "/v1/session", .signIn, body, for: .strangers, signIn),
            Route(.get, "/v1/session", .adminRead, .none, for: .people, show),
            Route(.delete, "/v1/session", .signOut, .none, for: .people, signOut),
            Route(.post, "/v1/session/password", .passwordChange, body, for: .people, changePassword),
            Route(.get, "/v1/sessions", .adminRead, .none, for: .people, list),
            Route(.delete, "/v1/sessions/{session}", .sessionRevoke, .none, for: .people, end),
        ]
    }

    @Sendable
    private func setUp(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let body = try SetUpBody.read(call.document)
        return answer(
            try await broker.setUp(
                token: body.token, username: body.username, password: body.password, userAgent: call.userAgent,
                call.context))
    }

    @Sendable
    private func signIn(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let body = try SignInBody.read(call.document)
        switch try await broker.signIn(
            body.name, password: body.password, userAgent: call.userAgent, call.context)
        {
        case .success(let signedIn): return answer(signedIn)
        case .failure(let refusal): return ErrorAnswer.make(refusal.error, requestID: call.context.requestID)
        }
    }

    private func answer(_ signedIn: SignedIn) -> Answer {
        var answer = Answer(.ok, signedIn.person.json)
        answer.headers[.setCookie] = cookie.field(signedIn.secret)
        return answer
    }

    @Sendable
    private func show(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let person = try call.person
        var object = person.json
        object["tenants"] = .array(
            try broker.tenants(by: .person(person)).map { .string($0.id.rawValue) })
        return Answer(.ok, object)
    }

    @Sendable
    private func signOut(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        try await broker.signOut(try call.person, call.context)
        var answer = Answer(json: ["ok": true])
        answer.headers[.setCookie] = cookie.forgetting
        return answer
    }

    @Sendable
    private func changePassword(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let body = try PasswordBody.read(call.document)
        try await broker.changePassword(from: body.current, to: body.new, of: try call.person, call.context)
        return Answer(json: ["ok": true])
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let person = try call.person
        return Answer(json: ["items": .array(broker.sessions(of: person).map { $0.json(current: person.session) })])
    }

    @Sendable
    private func end(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        try await broker.endSession(try call.parameter("session") { $0 }, of: try call.person, call.context)
        return Answer(json: ["ok": true])
    }
}

extension Call {
    /// How the browser calls itself, as far as it is worth keeping.
    var userAgent: String? {
        guard let text = headers[.userAgent] else { return nil }
        return String(
            decoding: text.utf8.prefix(Limits.userAgentBytes).filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
    }
}

extension AuthenticatedPerson {
    /// `{"ok":true,"account":{…},"session":{"id","expires_at"}}`
    fileprivate var json: JSONObject {
        var object = JSONObject()
        object["ok"] = true
        var account = self.account.json
        let roles = self.account.roles
        let reachingOut = self.account.name.tenant == .platform ? Set(roles.filter(\.isAcrossTenants)) : []
        account["permissions"] = Self.permissions(of: roles)
        account["permissions_elsewhere"] = Self.permissions(of: reachingOut)
        object["account"] = .object(account)
        object["session"] = [
            "id": .string(session.id), "expires_at": .string(RFC3339.text(seconds: session.expiresAt)),
        ]
        return object
    }

    private static func permissions(of roles: Set<Role>) -> JSONValue {
        let permissions = roles.reduce(into: Set<Permission>()) { $0.formUnion($1.permissions) }
        return .array(permissions.map(\.rawValue).sorted().map(JSONValue.string))
    }
}

extension SessionRow {
    /// `{"id","created_at","last_used_at","expires_at","address"?,"user_agent"?,"is_current"}`
    func json(current: SessionRow?) -> JSONValue {
        var object = JSONObject()
        object["id"] = .string(id)
        object["created_at"] = .string(RFC3339.text(seconds: createdAt))
        object["last_used_at"] = .string(RFC3339.text(seconds: lastUsedAt))
        object["expires_at"] = .string(RFC3339.text(seconds: expiresAt))
        object["address"] = address.map(JSONValue.string)
        object["user_agent"] = userAgent.map(JSONValue.string)
        object["is_current"] = .bool(digest == current?.digest)
        return .object(object)
    }
}
