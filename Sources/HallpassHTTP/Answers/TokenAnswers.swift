import HallpassBroker
import HallpassCore
import StrictJSON

extension MintedToken {
    /// RFC 8693 section 2.2.1, with `jti` beside it.
    ///
    /// - Parameter opening: what stands before the members.
    func json(opening: StaticString = "{") -> [UInt8] {
        var writer = JSONTextWriter(capacity: 1_024)
        writer.append(opening)
        writer.append(#""access_token":"#, text: text)
        writer.append(#","issued_token_type":"#, text: TokenExchangeForm.accessTokenType)
        writer.append(#","token_type":"Bearer","expires_in":"#, number: lifetimeSeconds)
        writer.append(#","scope":"#, text: claims.scope.spaceSeparated)
        writer.append(#","jti":"#, claims.id)
        writer.append("}")
        return writer.bytes
    }
}

extension Execution {
    /// Leave to act, as the protocol has it in "Verify and outcome".
    var json: [UInt8] {
        var writer = JSONTextWriter(capacity: 512)
        writer.append(#"{"ok":true,"decision":"execute","call_id":"#, callID)
        writer.append(#","actor":{"sub":"#, text: token.claims.subject.rawValue)
        writer.append(#","act":"#, token.claims.act)
        writer.append(#"},"scope":"#, text: token.claims.scope.spaceSeparated)
        writer.append(#","tenant":"#, text: token.claims.tenant.rawValue)
        writer.append(#","environment":"#, text: token.claims.deployment.environment.rawValue)
        writer.append(#","connector":"#, text: token.claims.deployment.connector.rawValue)
        if let tool { writer.append(#","tool":"#, text: tool.rawValue) }
        writer.append(#","expires_at":"#, number: token.claims.expiresAt)
        writer.append(#","lease_seconds":"#, number: leaseSeconds)
        writer.append("}")
        return writer.bytes
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
    var introspection: [UInt8] {
        var writer = JSONTextWriter(capacity: 1_024)
        writer.append(#"{"active":true,"scope":"#, text: scope.spaceSeparated)
        writer.append(#","client_id":"#, text: client.rawValue)
        writer.append(#","sub":"#, text: subject.rawValue)
        writer.append(#","username":"#, text: subject.rawValue)
        writer.append(#","token_type":"Bearer","exp":"#, number: expiresAt)
        writer.append(#","iat":"#, number: issuedAt)
        writer.append(#","iss":"#, text: issuer)
        writer.append(#","aud":"#, text: audience.rawValue)
        writer.append(#","jti":"#, id)
        writer.append(#","act":"#, act)
        writer.append(#","tenant":"#, text: tenant.rawValue)
        writer.append(#","environment":"#, text: deployment.environment.rawValue)
        writer.append(#","connector":"#, text: deployment.connector.rawValue)
        if let tool { writer.append(#","tool":"#, text: tool.rawValue) }
        if let transaction { writer.append(#","txn":"#, text: transaction.rawValue) }
        writer.append(#","authorization_details":[{"type":"mcp_tool_call","locations":["#, text: audience.rawValue)
        writer.append(#"],"connector":"#, text: deployment.connector.rawValue)
        writer.append(#","environment":"#, text: deployment.environment.rawValue)
        if let tool {
            writer.append(#","actions":["#, text: tool.rawValue)
            writer.append("]")
        }
        writer.append("}]}")
        return writer.bytes
    }
}
