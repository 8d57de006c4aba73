package import HallpassCrypto
package import StrictJSON

/// The part of an upstream credential that nobody is shown.
package enum CredentialSecret: Sendable {
    case apiKey(SecretBytes)
    case clientSecret(SecretBytes)
    /// `clientSecret` is `nil` for a public client.
    case refreshToken(SecretBytes, clientSecret: SecretBytes?)
}

extension CredentialSecret {
    package var kind: CredentialKind {
        switch self {
        case .apiKey: .apiKey
        case .clientSecret: .oauthClientCredentials
        case .refreshToken: .oauthRefreshToken
        }
    }

    package var clientSecret: SecretBytes? {
        switch self {
        case .apiKey: nil
        case .clientSecret(let secret): secret
        case .refreshToken(_, let secret): secret
        }
    }

    /// `{"api_key"}`, `{"client_secret"}` or `{"refresh_token","client_secret"?}`: what is sealed, and what admins send.
    package var json: JSONValue {
        var object = JSONObject()
        switch self {
        case .apiKey(let key): object["api_key"] = .string(Self.text(key))
        case .clientSecret(let secret): object["client_secret"] = .string(Self.text(secret))
        case .refreshToken(let token, let secret):
            object["refresh_token"] = .string(Self.text(token))
            object["client_secret"] = secret.map { .string(Self.text($0)) }
        }
        return .object(object)
    }

    /// Reads the members that a credential of this kind has.
    ///
    /// - Returns: `nil`, and the reader knows why, where they are not these.
    package init?(_ kind: CredentialKind, reading reader: JSONObjectReader) {
        func required(_ name: String) -> SecretBytes? {
            reader.requiredString(name, orElse: Self.rule, Self.bytes)
        }
        switch kind {
        case .apiKey:
            guard let key = required("api_key") else { return nil }
            self = .apiKey(key)
        case .oauthClientCredentials:
            guard let secret = required("client_secret") else { return nil }
            self = .clientSecret(secret)
        case .oauthRefreshToken:
            let token = required("refresh_token")
            let secret = reader.optionalString("client_secret", orElse: Self.rule, Self.bytes)
            guard let token else { return nil }
            self = .refreshToken(token, clientSecret: secret)
        }
    }

    private static var rule: String { "must be 1 to \(Limits.credentialBytes) printable ASCII characters" }

    /// What fits into a header or a form as it is; a line's end from a file is not part of a secret.
    package static func bytes(_ text: String) -> SecretBytes? {
        guard (1...Limits.credentialBytes).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        return SecretBytes(copying: Array(text.utf8))
    }

    package static func text(_ secret: SecretBytes) -> String {
        secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
