import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// The people of one tenant: their accounts, one-time links and sessions.
struct AccountRoutes {
    let broker: Broker

    var routes: [Route] {
        let all = "/v1/tenants/{tenant}/admins"
        let one = "\(all)/{username}"
        return [
            Route(.get, all, .adminRead, .none, list),
            Route(.get, one, .adminRead, .none, show),
            Route(.put, one, .adminChange, .json(limitBytes: Limits.requestBodyBytes), put),
            Route(.delete, one, .adminRemove, .none, remove),
            Route(.post, "\(one)/invitation", .adminInvite, .empty, invite),
            Route(.get, "\(one)/sessions", .adminRead, .none, listSessions),
            Route(.delete, "\(one)/sessions", .sessionRevoke, .none, endAll),
            Route(.delete, "\(one)/sessions/{session}", .sessionRevoke, .none, endOne),
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let page = try call.query(Page.init(reading:))
        let rows = try broker.accounts(by: admin).filter { row in
            page.after.map { $0 < row.account.name.username.rawValue } ?? true
        }
        return page.answer(rows, key: \.account.name.username.rawValue, \.json)
    }

    @Sendable
    private func show(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        return Answer(json: try broker.account(try call.username(), by: admin).json)
    }

    @Sendable
    private func put(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let name = AccountName(tenant: admin.tenant, username: try call.username())
        let account = try JSONObjectReader.decode(call.document) { Account(reading: $0, as: name) }
        let isNew = try await broker.putAccount(account, by: admin, call.context)
        var object = JSONObject()
        object["ok"] = true
        object["account"] = try broker.account(name.username, by: admin).json
        return Answer(isNew ? .created : .ok, object)
    }

    @Sendable
    private func remove(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        try await broker.removeAccount(try call.username(), by: admin, call.context)
        return Answer(json: ["ok": true])
    }

    @Sendable
    private func invite(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let link = try await broker.invite(try call.username(), by: admin, call.context)
        return Answer(
            .created,
            json: [
                "ok": true, "token": .string(link.token), "link": .string(link.link),
                "expires_at": .string(RFC3339.text(seconds: link.expiresAt)),
            ])
    }

    @Sendable
    private func listSessions(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let current = try? call.person.session
        let rows = try broker.sessions(of: try call.username(), by: admin)
        return Answer(json: ["items": .array(rows.map { $0.json(current: current) })])
    }

    @Sendable
    private func endAll(_ call: Call) async throws -> Answer { try await end(nil, call) }

    @Sendable
    private func endOne(_ call: Call) async throws -> Answer {
        try await end(try call.parameter("session") { $0 }, call)
    }

    private func end(_ id: String?, _ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let count = try await broker.endSessions(id, of: try call.username(), by: admin, call.context)
        return Answer(json: ["ok": true, "ended_sessions": .integer(Int64(count))])
    }
}

extension Call {
    fileprivate func username() throws(HallpassError) -> Username { try parameter("username", Username.init) }
}

extension AccountRow {
    /// The account with `{"has_password","created_at","password_changed_at"?}`.
    fileprivate var json: JSONValue {
        var object = account.json
        object["has_password"] = .bool(password != nil)
        object["created_at"] = .string(RFC3339.text(seconds: createdAt))
        object["password_changed_at"] = passwordChangedAt.map { .string(RFC3339.text(seconds: $0)) }
        return .object(object)
    }
}
