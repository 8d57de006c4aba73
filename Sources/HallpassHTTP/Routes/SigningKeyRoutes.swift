import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// The keys that sign tokens: their names and states, never what they are.
struct SigningKeyRoutes {
    let broker: Broker

    var routes: [Route] {
        let body = Route.Body.json(limitBytes: Limits.requestBodyBytes)
        let all = "/v1/tenants/{tenant}/keys"
        return [
            Route(.get, all, .adminRead, .none, list),
            Route(.post, "\(all)/rotate", .keyRotate, body, rotate),
            Route(.post, "\(all)/compromise", .keyCompromise, body, compromise),
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let (page, state) = try call.query { reader in
            (Page(reading: reader), reader.optionalChoice("state", SigningKey.State.self))
        }
        let after = try page.after.map { text throws(HallpassError) in
            guard let key = KeyID(text) else { throw HallpassError.notFound }
            return key
        }
        let rows = try await broker.signingKeys(state: state, after: after, limit: page.limit + 1, by: admin)
        let age = broker.settings.keyMaximumAgeSeconds
        return page.answer(rows, key: \.key.id.text) { $0.json(maximumAgeSeconds: age) }
    }

    @Sendable
    private func rotate(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let body = try KeyChangeBody.read(call.document, needsReason: false)
        let change = try await broker.rotateKeys(
            of: body.deployment, reason: body.reason, by: admin, call.context)
        return Answer(.ok, change.json)
    }

    @Sendable
    private func compromise(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let body = try KeyChangeBody.read(call.document, needsReason: true)
        let change = try await broker.compromiseKeys(
            of: body.deployment, reason: body.reason ?? "", by: admin, call.context)
        return Answer(.ok, change.json)
    }
}

/// `{"deployment","reason"}` or `{"all":true,"reason"}`: that all are meant has to be said.
private struct KeyChangeBody {
    /// `nil`: all of them.
    let deployment: DeploymentID?
    let reason: String?

    static func read(_ document: JSONValue, needsReason: Bool) throws -> KeyChangeBody {
        try JSONObjectReader.decode(document) { reader in
            let deployment = reader.optional("deployment", rule: DeploymentID.rule, DeploymentID.init)
            let all = reader.optionalBool("all") ?? false
            if reader.object.contains("deployment") == all {
                reader.refuse("deployment", rule: "choice", message: "or \"all\": true must be there, one of the two")
            }
            let length = 1...Limits.descriptionBytes
            let reason =
                needsReason
                ? reader.requiredString("reason", lengthBytes: length)
                : reader.optionalString("reason", lengthBytes: length)
            return KeyChangeBody(deployment: deployment, reason: reason)
        }
    }
}

extension KeyChange {
    /// `{"ok":true,"keys":[{"kid","deployment"}],"retires_at"?,"ended_tokens"}`
    fileprivate var json: JSONObject {
        var object = JSONObject()
        object["ok"] = true
        object["keys"] = .array(
            keys.map { ["kid": .string($0.id.text), "deployment": .string($0.deployment.text)] })
        object["retires_at"] = retiresAt.map { .string(RFC3339.text(seconds: $0)) }
        object["ended_tokens"] = .integer(endedTokens)
        return object
    }
}

extension SigningKeySummary {
    /// `{"kid","deployment","state","created_at"?,"rotates_at"?,"retires_at"?,"compromised_at"?,"outstanding_tokens"}`
    fileprivate func json(maximumAgeSeconds: Int64?) -> JSONValue {
        var object = JSONObject()
        object["kid"] = .string(key.id.text)
        object["deployment"] = .string(key.deployment.text)
        object["state"] = .string(key.state.rawValue)
        object["created_at"] = key.createdAt > 0 ? .string(RFC3339.text(seconds: key.createdAt)) : nil
        if key.state == .active, key.createdAt > 0, let maximumAgeSeconds {
            object["rotates_at"] = .string(RFC3339.text(seconds: key.createdAt + maximumAgeSeconds))
        }
        object["retires_at"] = key.retiresAt.map { .string(RFC3339.text(seconds: $0)) }
        object["compromised_at"] = key.compromisedAt.map { .string(RFC3339.text(seconds: $0)) }
        object["outstanding_tokens"] = .integer(outstandingTokens)
        return .object(object)
    }
}
