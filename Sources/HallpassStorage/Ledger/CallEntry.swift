package import HallpassCore
package import HallpassCrypto

/// A call about to be executed: what is remembered of it, and the key it is claimed under.
package struct CallClaim: Sendable {
    package let id: CallID
    /// The server that may report on it.
    package let client: ClientID
    /// Of the token that it was let through with.
    package let tokenSequence: Int64
    /// What an upstream credential for this call may be good for.
    package let scope: ScopeSet
    /// SHA-256 over connector, environment, tool, subject and key; `nil` for a call without a key.
    package let claim: SHA256Digest?
    /// Of the canonical arguments without the key.
    package let argumentsDigest: SHA256Digest
    /// Acting twice does no harm.
    package let isRepeatable: Bool
    /// Unix seconds.
    package let leaseExpiresAt: Int64
    /// Unix seconds.
    package let expiresAt: Int64

    package init(
        id: CallID, client: ClientID, tokenSequence: Int64, scope: ScopeSet, claim: SHA256Digest?,
        argumentsDigest: SHA256Digest, isRepeatable: Bool, leaseExpiresAt: Int64, expiresAt: Int64
    ) {
        self.id = id
        self.client = client
        self.tokenSequence = tokenSequence
        self.scope = scope
        self.claim = claim
        self.argumentsDigest = argumentsDigest
        self.isRepeatable = isRepeatable
        self.leaseExpiresAt = leaseExpiresAt
        self.expiresAt = expiresAt
    }
}

/// What a server said of its call.
package struct CallReport: Sendable {
    package let id: CallID
    package let client: ClientID
    /// Tells a repeated report from another one; keyed, because results may be guessable. One for each key that an earlier
    /// report may have been made under, the newest first.
    package let digests: [SHA256Digest]
    /// Sealed; `nil` for a result that is too large to keep.
    package let outcome: [UInt8]?

    package init(id: CallID, client: ClientID, digests: [SHA256Digest], outcome: [UInt8]?) {
        precondition(!digests.isEmpty, "a report without a digest")
        self.id = id
        self.client = client
        self.digests = digests
        self.outcome = outcome
    }
}

/// A call that was made before under the same key.
package struct EarlierCall: Hashable, Sendable {
    package let id: CallID
    /// As sealed when it was reported; `nil` where it was too large to keep.
    package let outcome: [UInt8]?
}
