package import HallpassCrypto
import StrictJSON

/// What a token endpoint gave, once it is known to be no more than was asked for.
package struct TokenResponse: Sendable {
    package let accessToken: SecretBytes
    /// `nil`: the provider does not say, so the token is used at once and not kept.
    package let lifetimeSeconds: Int64?
    package let scope: ScopeSet
    /// In the place of the one that was used, if there is one.
    package let refreshToken: SecretBytes?
}

extension TokenResponse {
    /// Reads an answer of RFC 6749 section 5.1 or 5.2, whatever it is.
    ///
    /// - Parameter requested: the scopes that were asked for; an answer without `scope` grants these.
    package static func read(
        status: Int, body: [UInt8], requested: ScopeSet
    ) throws(UpstreamFailure) -> TokenResponse {
        guard status < 500, status != 429 else { throw .serverError }
        // Which rule of JSON it breaks does not matter: it is no answer.
        guard status < 300 || status >= 400, let object = (try? JSONParser.parse(body))?.objectValue else {
            throw .badAnswer
        }
        // Some providers say 200 and mean an error.
        if let error = object["error"] { throw failure(error.stringValue) }
        guard status == 200 else { throw status == 401 ? .invalidClient : .badAnswer }
        guard object["token_type"]?.stringValue?.lowercased() == "bearer",
            let token = object["access_token"]?.stringValue.flatMap(CredentialSecret.bytes)
        else { throw .badAnswer }
        return TokenResponse(
            accessToken: token, lifetimeSeconds: try lifetime(object["expires_in"]),
            scope: try scope(object["scope"], requested: requested), refreshToken: try refresh(object["refresh_token"]))
    }

    private static func failure(_ error: String?) -> UpstreamFailure {
        switch error {
        case "invalid_grant": .invalidGrant
        case "invalid_client", "unauthorized_client": .invalidClient
        case "invalid_scope": .invalidScope
        case "temporarily_unavailable", "server_error": .serverError
        default: .refused
        }
    }

    /// A number of seconds; some providers write it as a string.
    private static func lifetime(_ value: JSONValue?) throws(UpstreamFailure) -> Int64? {
        guard let value, !value.isNull else { return nil }
        guard let seconds = value.integerValue ?? value.stringValue.flatMap(Int64.init),
            (1...Limits.upstreamTokenLifetimeSeconds).contains(seconds)
        else { throw .badAnswer }
        return seconds
    }

    private static func scope(_ value: JSONValue?, requested: ScopeSet) throws(UpstreamFailure) -> ScopeSet {
        guard let value, !value.isNull else { return requested }
        guard let scope = value.stringValue.flatMap(ScopeSet.init(spaceSeparated:)) else { throw .badAnswer }
        guard scope.isSubset(of: requested) else { throw .widerScope }
        return scope
    }

    private static func refresh(_ value: JSONValue?) throws(UpstreamFailure) -> SecretBytes? {
        guard let value, !value.isNull else { return nil }
        guard let token = value.stringValue.flatMap(CredentialSecret.bytes) else { throw .badAnswer }
        return token
    }
}
