import HallpassBroker
import HallpassCore
import StrictJSON

extension MintedToken {
    /// RFC 8693 section 2.2.1, with `jti` beside it.
    var json: JSONObject {
        var object = JSONObject()
        object["access_token"] = .string(text)
        object["issued_token_type"] = .string(TokenExchangeForm.accessTokenType)
        object["token_type"] = "Bearer"
        object["expires_in"] = .integer(lifetimeSeconds)
        object["scope"] = .string(claims.scope.spaceSeparated)
        object["jti"] = .string(claims.id.text)
        return object
    }
}

extension Execution {
    /// Leave to act, as the protocol has it in "Verify and outcome".
    var json: JSONObject {
        var actor = JSONObject()
        actor["sub"] = .string(claims.subject.rawValue)
        actor["act"] = claims.act.json
        var object = JSONObject()
        object["ok"] = true
        object["decision"] = "execute"
        object["call_id"] = .string(callID.text)
        object["actor"] = .object(actor)
        object["scope"] = .string(claims.scope.spaceSeparated)
        object["tenant"] = .string(claims.tenant.rawValue)
        object["environment"] = .string(claims.deployment.environment.rawValue)
        object["connector"] = .string(claims.deployment.connector.rawValue)
        object["tool"] = tool.map { .string($0.rawValue) }
        object["expires_at"] = .integer(claims.expiresAt)
        object["lease_seconds"] = .integer(leaseSeconds)
        return object
    }
}

extension Replay {
    /// What came of the call when it was made, instead of leave to make it again.
    var json: JSONObject {
        var object = JSONObject()
        object["ok"] = true
        object["decision"] = "replay"
        object["call_id"] = .string(callID.text)
        object["result"] = outcome
        return object
    }
}

extension TokenClaims {
    /// RFC 7662 section 2.2, with what this broker knows beyond it; `authorization_details` as in RFC 9396.
    var introspection: JSONObject {
        var object = JSONObject()
        object["active"] = true
        object["scope"] = .string(scope.spaceSeparated)
        object["client_id"] = .string(client.rawValue)
        object["sub"] = .string(subject.rawValue)
        object["username"] = .string(subject.rawValue)
        object["token_type"] = "Bearer"
        object["exp"] = .integer(expiresAt)
        object["iat"] = .integer(issuedAt)
        object["iss"] = .string(issuer)
        object["aud"] = .string(audience.rawValue)
        object["jti"] = .string(id.text)
        object["act"] = act.json
        object["tenant"] = .string(tenant.rawValue)
        object["environment"] = .string(deployment.environment.rawValue)
        object["connector"] = .string(deployment.connector.rawValue)
        object["tool"] = tool.map { .string($0.rawValue) }
        object["txn"] = transaction.map { .string($0.rawValue) }
        var detail = JSONObject()
        detail["type"] = "mcp_tool_call"
        detail["locations"] = .array([.string(audience.rawValue)])
        detail["connector"] = .string(deployment.connector.rawValue)
        detail["environment"] = .string(deployment.environment.rawValue)
        detail["actions"] = tool.map { .array([.string($0.rawValue)]) }
        object["authorization_details"] = .array([.object(detail)])
        return object
    }
}
