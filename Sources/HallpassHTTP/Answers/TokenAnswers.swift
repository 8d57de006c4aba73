import HallpassBroker
import HallpassCore
import StrictJSON

extension MintedToken {
    /// RFC 8693 section 2.2.1, with `jti` beside it.
    var json: JSONObject {
        JSONObject(distinct: [
            ("access_token", .string(text)), ("issued_token_type", .string(TokenExchangeForm.accessTokenType)),
            ("token_type", "Bearer"), ("expires_in", .integer(lifetimeSeconds)),
            ("scope", .string(claims.scope.spaceSeparated)), ("jti", .string(claims.id.text)),
        ])
    }
}

extension Execution {
    /// Leave to act, as the protocol has it in "Verify and outcome".
    var json: JSONObject {
        let actor = JSONObject(distinct: [("sub", .string(claims.subject.rawValue)), ("act", claims.act.json)])
        return JSONObject(distinct: [
            ("ok", true), ("decision", "execute"), ("call_id", .string(callID.text)), ("actor", .object(actor)),
            ("scope", .string(claims.scope.spaceSeparated)), ("tenant", .string(claims.tenant.rawValue)),
            ("environment", .string(claims.deployment.environment.rawValue)),
            ("connector", .string(claims.deployment.connector.rawValue)), ("tool", tool.map { .string($0.rawValue) }),
            ("expires_at", .integer(claims.expiresAt)), ("lease_seconds", .integer(leaseSeconds)),
        ])
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
        let connector = JSONValue.string(deployment.connector.rawValue)
        let environment = JSONValue.string(deployment.environment.rawValue)
        let audience = JSONValue.string(audience.rawValue)
        let tool = tool.map { JSONValue.string($0.rawValue) }
        let detail = JSONObject(distinct: [
            ("type", "mcp_tool_call"), ("locations", .array([audience])), ("connector", connector),
            ("environment", environment), ("actions", tool.map { .array([$0]) }),
        ])
        return JSONObject(distinct: [
            ("active", true), ("scope", .string(scope.spaceSeparated)), ("client_id", .string(client.rawValue)),
            ("sub", .string(subject.rawValue)), ("username", .string(subject.rawValue)), ("token_type", "Bearer"),
            ("exp", .integer(expiresAt)), ("iat", .integer(issuedAt)), ("iss", .string(issuer)), ("aud", audience),
            ("jti", .string(id.text)), ("act", act.json), ("tenant", .string(tenant.rawValue)),
            ("environment", environment), ("connector", connector), ("tool", tool),
            ("txn", transaction.map { .string($0.rawValue) }), ("authorization_details", .array([.object(detail)])),
        ])
    }
}
