/// What an MCP server reaches its own backend with, kept for it: all that may be shown of it. The secret lies beside it, sealed.
package struct UpstreamCredential: Hashable, Sendable {
    package let id: CredentialID
    package let deployment: DeploymentID
    /// Whose calls it is for; `nil`: everyone's in the deployment who has none of their own.
    package let subject: Subject?
    package let kind: CredentialKind
    /// Where and as whom tokens are fetched; `nil` for an API key.
    package let authorization: UpstreamAuthorization?
    /// Counts what admins gave: 1 at first, one more with each `put` and `rotate`.
    package let version: Int64
    /// Counts what the provider put in the place of a refresh token since then.
    package let refreshCount: Int64
    package let state: State
    /// What became of it at the provider; `nil` until it is revoked.
    package let providerRevocation: ProviderRevocation?
    /// Why the last fetch of a token failed; `nil` once one succeeded.
    package let failure: UpstreamFailure?
    /// Unix seconds.
    package let failedAt: Int64?
    /// Unix seconds, of the first version.
    package let createdAt: Int64
    /// Unix seconds, of the present version.
    package let rotatedAt: Int64
    /// Unix seconds.
    package let lastIssuedAt: Int64?

    package enum State: String, Hashable, Sendable, CaseIterable {
        case active
        /// Switched off until somebody switches it on.
        case disabled
        /// For good.
        case revoked
    }

    /// Source: RFC 7009.
    package enum ProviderRevocation: String, Hashable, Sendable, CaseIterable {
        /// Begun, and not known to have ended.
        case pending
        case done
        /// The provider could not be told; it may be asked again.
        case failed
        /// There is nothing that we could tell it: the secret has to be changed there by hand.
        case notPossible = "not_possible"
    }

    package init(
        id: CredentialID, deployment: DeploymentID, subject: Subject?, kind: CredentialKind,
        authorization: UpstreamAuthorization?, version: Int64, refreshCount: Int64 = 0, state: State = .active,
        providerRevocation: ProviderRevocation? = nil, failure: UpstreamFailure? = nil, failedAt: Int64? = nil,
        createdAt: Int64, rotatedAt: Int64, lastIssuedAt: Int64? = nil
    ) {
        self.id = id
        self.deployment = deployment
        self.subject = subject
        self.kind = kind
        self.authorization = authorization
        self.version = version
        self.refreshCount = refreshCount
        self.state = state
        self.providerRevocation = providerRevocation
        self.failure = failure
        self.failedAt = failedAt
        self.createdAt = createdAt
        self.rotatedAt = rotatedAt
        self.lastIssuedAt = lastIssuedAt
    }

    /// Whether a revocation here ends it at its provider too. An API key or a client's secret stays good there until somebody
    /// changes it there.
    package var isRevocableAtProvider: Bool {
        kind == .oauthRefreshToken && authorization?.revocationEndpoint != nil
    }
}

package typealias CredentialID = Identifier<UpstreamCredential>

package enum CredentialKind: String, Hashable, Sendable, CaseIterable {
    /// A text that is given as it is.
    case apiKey = "api_key"
    /// RFC 6749 section 4.4.
    case oauthClientCredentials = "oauth_client_credentials"
    /// RFC 6749 section 6.
    case oauthRefreshToken = "oauth_refresh_token"

    /// A deployment's `auth.mode` says how its server reaches the backend, and so what it may hold.
    package func isAllowed(by mode: AuthMode) -> Bool {
        switch (mode, self) {
        case (.apiKey, .apiKey), (.oauth, .oauthClientCredentials), (.oauth, .oauthRefreshToken): true
        case (.apiKey, _), (.oauth, _), (.none, _): false
        }
    }
}

/// Where access tokens come from, and as which client they are asked for.
package struct UpstreamAuthorization: Hashable, Sendable {
    package let tokenEndpoint: OutboundURL
    /// RFC 7009; `nil` where the provider has none.
    package let revocationEndpoint: OutboundURL?
    /// As the provider knows us.
    package let clientID: String
    package let clientAuthentication: ClientAuthentication
    /// RFC 8707; sent with each request where there is one.
    package let resource: String?

    /// Source: RFC 7591 section 2, `token_endpoint_auth_method`.
    package enum ClientAuthentication: String, Hashable, Sendable, CaseIterable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
        /// A public client: a refresh token alone.
        case none
    }

    package init(
        tokenEndpoint: OutboundURL, revocationEndpoint: OutboundURL?, clientID: String,
        clientAuthentication: ClientAuthentication, resource: String?
    ) {
        self.tokenEndpoint = tokenEndpoint
        self.revocationEndpoint = revocationEndpoint
        self.clientID = clientID
        self.clientAuthentication = clientAuthentication
        self.resource = resource
    }
}
