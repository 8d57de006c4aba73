package import HallpassCore
import HallpassCrypto
import HallpassStorage

extension Broker {
    /// Ends a credential for good: nothing is given from it after this has begun, and its provider is told where there is a way.
    ///
    /// Asked again for one whose provider could not be told, it tries again.
    ///
    /// - Returns: the credential; ``UpstreamCredential/providerRevocation`` says what is left to be done by hand.
    package func revokeCredential(
        _ id: CredentialID, reason: String?, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> UpstreamCredential {
        try admin.require(.manageCredentials)
        let found = try await gate.pass { () async throws(HallpassError) in
            let present = try await stored(id, by: admin)
            guard present.credential.providerRevocation != .done, present.sealed != nil else { return present }
            var entry = AuditEntry(.credentialRevoke, .allow, by: admin, context, at: clock)
            entry.describe(present.credential)
            entry.reason = reason
            try await credentialStore.set(.revoked, revocation: .pending, of: id, in: admin.tenant, audit: entry)
            return present
        }
        guard let sealed = found.sealed, found.credential.providerRevocation != .done else { return found.credential }
        let tokens = await accessTokens.forget(id, of: admin.tenant)
        let credential = found.credential
        let revocation = await revokeAtProvider(
            credential, vault(of: admin.tenant)?.open(sealed, of: credential), tokens)
        var entry = AuditEntry(.credentialRevoke, .allow, by: admin, context, at: clock)
        entry.describe(credential)
        entry.reason = "at the provider: \(revocation.rawValue)"
        try await credentialStore.noteRevocation(
            revocation, of: id, version: credential.version, in: admin.tenant, audit: entry)
        return try await stored(id, by: admin).credential
    }

    /// Source: RFC 7009 section 2.1.
    private func revokeAtProvider(
        _ credential: UpstreamCredential, _ secret: CredentialSecret?, _ tokens: [AccessToken]
    ) async -> UpstreamCredential.ProviderRevocation {
        guard let authorization = credential.authorization, let endpoint = authorization.revocationEndpoint else {
            return .notPossible
        }
        // What does not open cannot be named to anybody.
        guard let secret else { return .failed }
        var areDone = true
        for token in tokens {
            let form = Self.revocation(token.value, hint: "access_token")
            areDone = await tell(form, endpoint, authorization, secret) && areDone
        }
        guard case .refreshToken(let token, _) = secret else { return areDone ? .notPossible : .failed }
        let isDone = await tell(Self.revocation(token, hint: "refresh_token"), endpoint, authorization, secret)
        return isDone && areDone ? .done : .failed
    }

    private static func revocation(_ token: SecretBytes, hint: String) -> [(name: String, value: String)] {
        [("token", CredentialSecret.text(token)), ("token_type_hint", hint)]
    }

    /// - Returns: whether the provider said that it is done; it says so too of a token that it does not know.
    private func tell(
        _ form: [(name: String, value: String)], _ endpoint: OutboundURL, _ authorization: UpstreamAuthorization,
        _ secret: CredentialSecret
    ) async -> Bool {
        for attempt in 1...Limits.upstreamRevocationAttempts {
            if attempt > 1 { await upstream.pause(.milliseconds(250 << attempt)) }
            // Whatever is in the way may be gone with the next attempt.
            guard
                let answer = try? await upstream.post(
                    form, to: endpoint, as: authorization, secret: secret.clientSecret)
            else { continue }
            if answer.status == 200 { return true }
            // 503 asks for another attempt; any other refusal stays one.
            if answer.status < 500, answer.status != 429 { return false }
        }
        return false
    }

    /// Tries whether a credential is good for anything: an API key opens, a provider gives a token.
    ///
    /// - Parameter scope: what to ask for; `nil`: all that the deployment may have.
    /// - Returns: what a server would be given, of which nobody is shown the value; or why it would be given nothing.
    package func testCredential(
        _ id: CredentialID, scope: ScopeSet?, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> Result<IssuedCredential.Kind, Refusal> {
        try admin.require(.manageCredentials)
        let stored = try await stored(id, by: admin)
        let credential = stored.credential
        guard credential.state != .revoked, let sealed = stored.sealed, let vault = vault(of: admin.tenant) else {
            throw .notFound
        }
        var entry = AuditEntry(.credentialTest, .allow, by: admin, context, at: clock)
        entry.describe(credential)
        let result: Result<IssuedCredential.Kind, Refusal>
        if credential.kind == .apiKey {
            result =
                vault.open(sealed, of: credential) == nil
                ? .failure(Refusal(.credential, .unavailable)) : .success(.apiKey)
        } else {
            let deployment = snapshot.tenants[admin.tenant]?.registry.deployments[credential.deployment]
            let scope = scope ?? deployment?.scopes ?? .empty
            entry.scope = scope
            let fetcher = Fetcher(
                tenant: admin.tenant, vault: vault,
                refreshed: AuditEntry(.credentialRefresh, .allow, by: admin, context, at: clock))
            result = await accessToken(credential, scope: scope, isForced: true, for: fetcher)
                .map { .bearer(scope: $0.scope, expiresAt: $0.expiresAt) }.mapError(\.refusal)
        }
        if case .failure(let refusal) = result { entry = entry.refused(refusal) }
        let tested = entry
        _ = try await submit(.record, for: admin.tenant) { _ in tested }
        return result
    }
}
