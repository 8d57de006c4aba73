package import HallpassCrypto
import StrictJSON

/// What a token says once its signature is known to be good. A closed set: a claim more or less and it is no token of ours.
///
/// Source: the protocol, "Tokens".
package struct TokenClaims: Hashable, Sendable {
    package let kind: TokenKind
    /// `iss`: the broker's own URL.
    package let issuer: String
    /// `aud`: the connector's resource when the token was minted.
    package let audience: ResourceURI
    package let subject: Subject
    package let act: ActorChain
    package let client: ClientID
    package let tenant: TenantID
    package let deployment: DeploymentID
    /// Call tokens only.
    package let tool: ToolName?
    package let scope: ScopeSet
    /// Call tokens minted with arguments: SHA-256 of the canonical form of `{"arguments":…,"tool":…}`.
    package let argumentsDigest: SHA256Digest?
    /// `jti`.
    package let id: TokenID
    /// `txn`.
    package let transaction: TransactionID?
    /// `seq`: orders this token against revocations.
    package let sequence: Int64
    /// Unix seconds.
    package let issuedAt: Int64
    /// Unix seconds; good up to, not at, this moment.
    package let expiresAt: Int64

    package init(
        kind: TokenKind, issuer: String, audience: ResourceURI, subject: Subject, act: ActorChain, client: ClientID,
        tenant: TenantID, deployment: DeploymentID, tool: ToolName?, scope: ScopeSet, argumentsDigest: SHA256Digest?,
        id: TokenID, transaction: TransactionID?, sequence: Int64, issuedAt: Int64, expiresAt: Int64
    ) {
        self.kind = kind
        self.issuer = issuer
        self.audience = audience
        self.subject = subject
        self.act = act
        self.client = client
        self.tenant = tenant
        self.deployment = deployment
        self.tool = tool
        self.scope = scope
        self.argumentsDigest = argumentsDigest
        self.id = id
        self.transaction = transaction
        self.sequence = sequence
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// What a token is for.
package enum TokenKind: String, Hashable, Sendable, CaseIterable {
    /// One tool, one use.
    case call
    /// One deployment, several uses until it expires.
    case session

    /// The header's `typ`.
    package var headerType: String { "\(rawValue)+jwt" }
}
