import HallpassBroker
import HallpassCore
import StrictJSON

/// `{"token","tool"?,"arguments"?,"idempotency_key"?,"environment"?}`
enum VerifyBody {
    static func read(_ document: JSONValue) throws -> VerifyCommand {
        try JSONObjectReader.decode(document) { reader in
            let token = reader.requiredString("token")
            let tool = reader.optionalTool()
            let arguments = reader.optionalObject("arguments")
            let key = reader.optionalString("idempotency_key", lengthBytes: 1...Limits.idempotencyKeyBytes)
            let environment = reader.optional("environment", rule: EnvironmentID.rule, EnvironmentID.init)
            if let key, let inner = arguments?["idempotency_key"]?.stringValue, !inner.hasSameBytes(as: key) {
                reader.refuse(
                    "idempotency_key", rule: "same", message: "must be the one in arguments, or stand in one place only"
                )
            }
            guard let token else { return nil }
            var command = VerifyCommand(token: token)
            command.tool = tool
            command.arguments = arguments
            command.environment = environment
            return command
        }
    }
}

/// The form of `POST /oauth/introspect` and `POST /oauth/revoke`: a token, and a hint that nothing here needs.
///
/// Source: RFC 7662 section 2.1, RFC 7009 section 2.1.
enum TokenForm {
    static func read(_ form: JSONValue) throws -> String {
        try JSONObjectReader.decode(form) { reader in
            _ = reader.optionalString("token_type_hint")
            return reader.requiredString("token", lengthBytes: 1...Limits.requestBodyBytes)
        }
    }
}
