/// Why no access token was to be had from a provider. The raw value stands in lists and in the audit.
package enum UpstreamFailure: String, Error, Hashable, Sendable, CaseIterable {
    /// No connection, or none that is secure.
    case unreachable
    /// The endpoint's name leads into a network that is not everybody's.
    case privateAddress = "private_address"
    case timeout
    /// A status of 500 and above, or 429.
    case serverError = "server_error"
    /// No JSON object of RFC 6749 section 5, too much of it, or a redirect.
    case badAnswer = "bad_answer"
    /// More scopes than were asked for: handing that on would give a call more than it was allowed.
    case widerScope = "wider_scope"
    /// The refresh token is good no more: whoever it is for has to sign in there again.
    case invalidGrant = "invalid_grant"
    case invalidClient = "invalid_client"
    case invalidScope = "invalid_scope"
    /// Any other error of RFC 6749 section 5.2.
    case refused

    /// Whether asking again later can help without anybody doing anything.
    package var isTransient: Bool {
        switch self {
        case .unreachable, .timeout, .serverError: true
        case .privateAddress, .badAnswer, .widerScope, .invalidGrant, .invalidClient, .invalidScope, .refused: false
        }
    }

    /// What an MCP server is told of it.
    ///
    /// - Parameter retryAfterSeconds: when it may be tried again.
    package func refusal(retryAfterSeconds: Int64) -> Refusal {
        if self == .invalidGrant { return Refusal(.credential, .upstreamReauthRequired) }
        guard isTransient else { return Refusal(.credential, .upstreamRefused) }
        return Refusal(.credential, .upstreamUnavailable(retryAfterSeconds: retryAfterSeconds))
    }
}
