import HallpassBroker
import HallpassCore
import StrictJSON

extension IssuedCredential {
    /// `{"type","value","expires_at"?,"scope"?}`
    var json: JSONObject {
        var object = JSONObject()
        object["type"] = kind.json["type"]
        object["value"] = .string(CredentialSecret.text(value))
        for member in kind.json { object[member.name] = member.value }
        return object
    }
}

extension IssuedCredential.Kind {
    /// `{"type","expires_at"?,"scope"?}`: all but what it is.
    var json: JSONObject {
        var object = JSONObject()
        switch self {
        case .apiKey: object["type"] = "api_key"
        case .bearer(let scope, let expiresAt):
            object["type"] = "bearer"
            object["expires_at"] = expiresAt.map(JSONValue.integer)
            object["scope"] = .string(scope.spaceSeparated)
        }
        return object
    }
}

extension UpstreamCredential {
    /// All that may be shown. `state` is `reauth_required` where its provider accepts the refresh token no more.
    var json: JSONValue {
        var object = JSONObject()
        object["name"] = .string(id.rawValue)
        object["kind"] = .string(kind.rawValue)
        object["connector"] = .string(deployment.connector.rawValue)
        object["environment"] = .string(deployment.environment.rawValue)
        object["sub"] = subject.map { .string($0.rawValue) }
        object["authorization"] = authorization.map { .object($0.json) }
        object["version"] = .integer(version)
        let needsSignIn = state == .active && failure == .invalidGrant
        object["state"] = .string(needsSignIn ? "reauth_required" : state.rawValue)
        object["revocable_at_provider"] = .bool(isRevocableAtProvider)
        object["provider_revocation"] = providerRevocation.map { .string($0.rawValue) }
        object["failure"] = failure.map { .string($0.rawValue) }
        object["failed_at"] = failedAt.map { .string(RFC3339.text(seconds: $0)) }
        object["created_at"] = .string(RFC3339.text(seconds: createdAt))
        object["rotated_at"] = .string(RFC3339.text(seconds: rotatedAt))
        object["last_issued_at"] = lastIssuedAt.map { .string(RFC3339.text(seconds: $0)) }
        return .object(object)
    }
}
