import HallpassBroker
import HallpassCore
import StrictJSON

/// `{"kind","connector","environment","sub"?,"authorization"?,"secret":{…}}`
enum CredentialBody {
    static func read(_ document: JSONValue) throws -> CredentialCommand {
        try JSONObjectReader.decode(document) { reader in
            let kind = reader.requiredChoice("kind", CredentialKind.self)
            let connector = reader.required("connector", rule: ConnectorID.rule, ConnectorID.init)
            let environment = reader.requiredEnvironment()
            let subject = reader.optional("sub", rule: Subject.rule, Subject.init)
            let authorization = reader.optionalObject("authorization") { UpstreamAuthorization(reading: $0) }
            let isAPIKey = kind == .apiKey
            if kind != nil, isAPIKey == reader.object.contains("authorization") {
                reader.refuse(
                    "authorization", rule: "kind", message: "must be there for the two oauth kinds and no other")
            }
            // Without its kind, what a secret is made of cannot be said; its members are unread then.
            let secret =
                kind.map { kind in reader.requiredObject("secret") { CredentialSecret(kind, reading: $0) } }
                ?? reader.requiredObject("secret").flatMap { _ in nil }
            guard let connector, let environment, let secret else { return nil }
            return CredentialCommand(
                deployment: DeploymentID(connector: connector, environment: environment), subject: subject,
                authorization: authorization, secret: secret)
        }
    }
}

/// `{"secret":{…}}`: its members say of which kind it is.
enum CredentialRotationBody {
    static func read(_ document: JSONValue) throws -> CredentialSecret {
        try JSONObjectReader.decode(document) { reader in
            reader.requiredObject("secret") { secret in
                let kind: CredentialKind =
                    switch true {
                    case secret.object.contains("api_key"): .apiKey
                    case secret.object.contains("refresh_token"): .oauthRefreshToken
                    default: .oauthClientCredentials
                    }
                return CredentialSecret(kind, reading: secret)
            }
        }
    }
}

/// `{"reason"?}`
enum CredentialRevocationBody {
    static func read(_ document: JSONValue) throws -> String? {
        try JSONObjectReader.decode(document) { reader in
            Optional(reader.optionalString("reason", lengthBytes: 1...Limits.descriptionBytes))
        }
    }
}

/// `{"scope"?}`
enum CredentialTestBody {
    static func read(_ document: JSONValue) throws -> ScopeSet? {
        try JSONObjectReader.decode(document) { reader in Optional(reader.optionalScope()) }
    }
}
