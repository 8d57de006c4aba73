import HallpassBroker
import HallpassCore
import StrictJSON

/// `{"token","tool"?,"arguments"?,"idempotency_key"?,"environment"?}`; a tool does not run without its arguments.
enum VerifyBody {
    static func read(_ document: JSONValue) throws -> VerifyCommand {
        try JSONObjectReader.decode(document) { reader in
            let token = reader.requiredString("token")
            let tool = reader.optionalTool()
            let arguments = reader.optionalObject("arguments")
            let key = reader.optional("idempotency_key", rule: IdempotencyKey.rule, IdempotencyKey.init)
            let environment = reader.optional("environment", rule: EnvironmentID.rule, EnvironmentID.init)
            let inner = arguments?["idempotency_key"]?.stringValue
            if let key, let inner, !inner.hasSameBytes(as: key.rawValue) {
                reader.refuse(
                    "idempotency_key", rule: "same", message: "must be the one in arguments, or stand in one place only"
                )
            }
            if tool != nil, !reader.object.contains("arguments") {
                reader.refuse("arguments", rule: "required", message: "is required where a tool is to run")
            }
            guard let token else { return nil }
            var command = VerifyCommand(token: token)
            command.tool = tool
            command.arguments = arguments
            command.environment = environment
            command.idempotencyKey = key ?? inner.flatMap(IdempotencyKey.init)
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
