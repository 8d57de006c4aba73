import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// The secrets of one client: what they are called, never what they are, but once to whoever makes one.
struct ClientSecretRoutes {
    let broker: Broker

    var routes: [Route] {
        let all = "/v1/tenants/{tenant}/clients/{name}/secrets"
        return [
            Route(.get, all, .adminRead, .none, list),
            Route(.post, all, .clientSecretIssue, .optionalJSON, issue),
            Route(.delete, "\(all)/{secret}", .clientSecretRevoke, .none, revoke),
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let rows = try await broker.secrets(of: try call.parameter("name", ClientID.init), by: admin)
        return Answer(json: ["items": .array(rows.map(\.json))])
    }

    @Sendable
    private func issue(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let id = try call.parameter("name", ClientID.init)
        let body = try SecretBody.read(call.document)
        let issued = try await broker.issueSecret(
            for: id, lifetimeSeconds: body.lifetimeSeconds, by: admin, call.context)
        var object = JSONObject()
        object["ok"] = true
        object["secret"] = .string(issued.secret.text)
        object["name"] = .string(issued.secret.name)
        object["expires_at"] = issued.expiresAt.map { .string(RFC3339.text(seconds: $0)) }
        return Answer(.created, object)
    }

    @Sendable
    private func revoke(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        try await broker.revokeSecret(
            try call.parameter("secret") { $0 }, of: try call.parameter("name", ClientID.init), by: admin, call.context)
        return Answer(json: ["ok": true])
    }
}

extension ClientSecretRow {
    /// `{"name","created_at","expires_at"?,"last_used_at"?}`
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["name"] = .string(name)
        object["created_at"] = .string(RFC3339.text(seconds: createdAt))
        object["expires_at"] = expiresAt.map { .string(RFC3339.text(seconds: $0)) }
        object["last_used_at"] = lastUsedAt.map { .string(RFC3339.text(seconds: $0)) }
        return .object(object)
    }
}
