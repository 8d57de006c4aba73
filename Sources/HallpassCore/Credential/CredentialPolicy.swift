/// Decisions about upstream credentials: which one a call gets, how long a token is used, when a provider is asked again.
package enum CredentialPolicy {
    /// The credential for one person's call in a deployment: their own, else the deployment's.
    ///
    /// One that is disabled stands in the way of the other: switching a person's own off must not give them everyone's.
    ///
    /// - Parameter candidates: of the deployment, this person's and everyone's.
    package static func choose(
        _ candidates: [UpstreamCredential], for subject: Subject, mode: AuthMode
    ) throws(Refusal) -> UpstreamCredential {
        let usable = candidates.filter { $0.state != .revoked && $0.kind.isAllowed(by: mode) }
        guard let chosen = usable.first(where: { $0.subject == subject }) ?? usable.first(where: { $0.subject == nil })
        else { throw Refusal(.credential, .credentialNotFound) }
        guard chosen.state == .active else { throw Refusal(.enabled, .credentialDisabled) }
        if chosen.failure == .invalidGrant { throw Refusal(.credential, .upstreamReauthRequired) }
        return chosen
    }

    /// Why a call gets no credential any more; `nil` if it may.
    package static func refusal(_ call: CredentialCall, nowSeconds: Int64) -> Refusal? {
        if call.isReported || nowSeconds >= call.leaseExpiresAt { return Refusal(.ledger, .callEnded) }
        if call.hasCredential { return Refusal(.ledger, .credentialAlreadyIssued) }
        return call.isRevoked ? Refusal(.revoked, .tokenRevoked) : nil
    }

    /// From when on another token is fetched although this one is still good: a tenth to a fifth of its life before its end, at
    /// most five minutes, so that those who were given tokens at one moment do not all come back at one.
    ///
    /// - Parameter jitter: 0 to 1.
    package static func refreshAt(issuedAt: Int64, lifetimeSeconds: Int64, jitter: Double) -> Int64 {
        let margin = min(Double(lifetimeSeconds) / 10, 150) * (1 + min(max(jitter, 0), 1))
        return issuedAt + lifetimeSeconds - Int64(margin.rounded(.up))
    }

    /// How long a provider is left alone after so many failures in a row: 1 second, then twice as long each time, at most 64
    /// seconds.
    package static func cooldownSeconds(failures: Int) -> Int64 { Int64(1) << Int64(min(max(failures - 1, 0), 6)) }
}

/// A call as far as it decides whether a credential goes out for it.
package struct CredentialCall: Hashable, Sendable {
    package let deployment: DeploymentID
    package let subject: Subject
    package let scope: ScopeSet
    /// Unix seconds.
    package let leaseExpiresAt: Int64
    /// What came of it is known, so there is nothing left to do for it.
    package let isReported: Bool
    /// One went out for it before.
    package let hasCredential: Bool
    /// Its token, or what the token stood for, was revoked since.
    package let isRevoked: Bool

    package init(
        deployment: DeploymentID, subject: Subject, scope: ScopeSet, leaseExpiresAt: Int64, isReported: Bool,
        hasCredential: Bool, isRevoked: Bool
    ) {
        self.deployment = deployment
        self.subject = subject
        self.scope = scope
        self.leaseExpiresAt = leaseExpiresAt
        self.isReported = isReported
        self.hasCredential = hasCredential
        self.isRevoked = isRevoked
    }
}
