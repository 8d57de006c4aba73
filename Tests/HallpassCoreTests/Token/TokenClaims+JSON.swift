import HallpassCore
import HallpassCrypto
import StrictJSON

extension TokenClaims {
    /// The claims in the protocol's order, as an object: what the signed bytes are held against.
    var json: JSONValue {
        var object = JSONObject()
        object["iss"] = .string(issuer)
        object["aud"] = .string(audience.rawValue)
        object["sub"] = .string(subject.rawValue)
        object["act"] = act.json
        object["client_id"] = .string(client.rawValue)
        object["tenant"] = .string(tenant.rawValue)
        object["environment"] = .string(deployment.environment.rawValue)
        object["connector"] = .string(deployment.connector.rawValue)
        if let tool { object["tool"] = .string(tool.rawValue) }
        object["scope"] = .string(scope.spaceSeparated)
        if let argumentsDigest { object["args_sha256"] = .string(Base64URL.encode(argumentsDigest)) }
        object["jti"] = .string(id.text)
        if let transaction { object["txn"] = .string(transaction.rawValue) }
        object["seq"] = .integer(sequence)
        object["iat"] = .integer(issuedAt)
        object["exp"] = .integer(expiresAt)
        return .object(object)
    }
}
