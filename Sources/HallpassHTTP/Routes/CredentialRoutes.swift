import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// Upstream credentials: admins give, change and end them, and servers are given them for a call; no admin ever sees one.
struct CredentialRoutes {
    let broker: Broker

    var routes: [Route] {
        let all = "/v1/tenants/{tenant}/credentials"
        let one = "\(all)/{name}"
        let body = Route.Body.json(limitBytes: Limits.requestBodyBytes)
        return [
            Route(.post, "/v1/calls/{call_id}/credential", .credentialIssue, .empty, for: .clients, issue),
            Route(.get, all, .adminRead, .none, list),
            Route(.get, one, .adminRead, .none, show),
            Route(.put, one, .credentialChange, body, put),
            Route(.post, "\(one)/rotate", .credentialChange, body, rotate),
            Route(.post, "\(one)/disable", .credentialChange, .empty) { try await set(isEnabled: false, $0) },
            Route(.post, "\(one)/enable", .credentialChange, .empty) { try await set(isEnabled: true, $0) },
            Route(.post, "\(one)/revoke", .credentialRevoke, body, revoke),
            Route(.post, "\(one)/test", .credentialTest, body, test),
        ]
    }

    /// Whoever may not is told so before anything they sent is looked at.
    private func admin(_ call: Call) throws -> TenantAdmin {
        let admin = try call.admin(broker)
        try admin.require(.manageCredentials)
        return admin
    }

    @Sendable
    private func issue(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        // One that cannot be a call's is one that is not there.
        let id = try call.parameter("call_id") { CallID($0) }
        switch try await broker.issueCredential(for: id, by: call.client, call.context) {
        case .success(let issued): return Answer(.ok, issued.json)
        case .failure(let refusal): return ErrorAnswer.make(refusal.error, requestID: call.context.requestID)
        }
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try admin(call)
        let page = try call.query(Page.init(reading:))
        let after = try page.after.map { text throws(HallpassError) in
            guard let id = CredentialID(text) else {
                throw .invalidRequest(
                    path: "/cursor", rule: "format", message: "must be a next_cursor of an earlier answer")
            }
            return id
        }
        let rows = try await broker.credentials(after: after, limit: page.limit + 1, by: admin)
        return page.answer(rows, key: \.id.rawValue, \.json)
    }

    @Sendable
    private func show(_ call: Call) async throws -> Answer {
        let admin = try admin(call)
        try call.requireNoQuery()
        return Answer(json: try await broker.credential(try call.name, by: admin).json)
    }

    @Sendable
    private func put(_ call: Call) async throws -> Answer {
        let admin = try admin(call)
        try call.requireNoQuery()
        let command = try CredentialBody.read(call.document)
        let credential = try await broker.putCredential(try call.name, command, by: admin, call.context)
        return Answer(credential.version == 1 ? .created : .ok, json: credential.json)
    }

    @Sendable
    private func rotate(_ call: Call) async throws -> Answer {
        let admin = try admin(call)
        try call.requireNoQuery()
        let secret = try CredentialRotationBody.read(call.document)
        return Answer(json: try await broker.rotateCredential(try call.name, to: secret, by: admin, call.context).json)
    }

    private func set(isEnabled: Bool, _ call: Call) async throws -> Answer {
        let admin = try admin(call)
        try call.requireNoQuery()
        return Answer(
            json: try await broker.setCredential(try call.name, isEnabled: isEnabled, by: admin, call.context).json)
    }

    @Sendable
    private func revoke(_ call: Call) async throws -> Answer {
        let admin = try admin(call)
        try call.requireNoQuery()
        let reason = try CredentialRevocationBody.read(call.document)
        return Answer(
            json: try await broker.revokeCredential(try call.name, reason: reason, by: admin, call.context).json)
    }

    @Sendable
    private func test(_ call: Call) async throws -> Answer {
        let admin = try admin(call)
        try call.requireNoQuery()
        let scope = try CredentialTestBody.read(call.document)
        switch try await broker.testCredential(try call.name, scope: scope, by: admin, call.context) {
        case .success(let kind):
            var object = JSONObject()
            object["ok"] = true
            for member in kind.json { object[member.name] = member.value }
            return Answer(.ok, object)
        case .failure(let refusal): return ErrorAnswer.make(refusal.error, requestID: call.context.requestID)
        }
    }
}

extension Call {
    fileprivate var name: CredentialID {
        get throws(HallpassError) { try parameter("name", CredentialID.init) }
    }
}
