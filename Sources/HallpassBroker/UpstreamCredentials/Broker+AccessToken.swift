import HallpassCore
import HallpassCrypto
import HallpassStorage

extension Broker {
    /// Whoever makes a fetch happen: a server for a call, an admin for a test.
    struct Fetcher: Sendable {
        let tenant: TenantID
        let vault: CredentialVault
        /// The record of a new refresh token, but for which credential it is.
        let refreshed: AuditEntry
    }

    /// An access token of a credential with exactly these scopes: the one that is there, or one that is fetched.
    func accessToken(
        _ credential: UpstreamCredential, scope: ScopeSet, isForced: Bool = false, for fetcher: Fetcher
    ) async -> Result<AccessToken, AccessTokenFailure> {
        let key = AccessTokens.Key(
            tenant: fetcher.tenant, credential: credential.id, version: credential.version)
        return await accessTokens.token(
            key, scope: scope, isExclusive: credential.kind == .oauthRefreshToken, isForced: isForced
        ) {
            do throws(AccessTokenFailure) {
                return .success(try await self.fetch(key, scope: scope, for: fetcher))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Asks the provider, and keeps what it put in the place of a refresh token before anyone is given what came with it.
    private func fetch(
        _ key: AccessTokens.Key, scope: ScopeSet, for fetcher: Fetcher
    ) async throws(AccessTokenFailure) -> AccessToken {
        let (credential, secret) = try await opened(key, for: fetcher)
        guard let authorization = credential.authorization else { throw .broker(.internal) }
        let asked = clock.nowSeconds
        let response: TokenResponse
        do throws(UpstreamFailure) {
            let answer = try await upstream.post(
                Self.form(secret, scope: scope, resource: authorization.resource), to: authorization.tokenEndpoint,
                as: authorization, secret: secret.clientSecret)
            response = try TokenResponse.read(status: answer.status, body: answer.body, requested: scope)
        } catch {
            // A client's own credentials are no grant that could run out.
            let failure = error == .invalidGrant && credential.kind != .oauthRefreshToken ? .refused : error
            await note(failure, of: credential, in: fetcher.tenant)
            throw .upstream(failure, retryAfterSeconds: 1)
        }
        if case .refreshToken(_, let clientSecret) = secret, let token = response.refreshToken {
            try await keep(.refreshToken(token, clientSecret: clientSecret), of: credential, for: fetcher)
        }
        await note(nil, of: credential, in: fetcher.tenant)
        return AccessToken(
            value: response.accessToken, scope: response.scope,
            expiresAt: response.lifetimeSeconds.map { asked + $0 },
            refreshAt: response.lifetimeSeconds.map {
                CredentialPolicy.refreshAt(issuedAt: asked, lifetimeSeconds: $0, jitter: Double.random(in: 0...1))
            } ?? asked)
    }

    /// The secret as it is at this moment, which an earlier fetch may have changed.
    private func opened(
        _ key: AccessTokens.Key, for fetcher: Fetcher
    ) async throws(AccessTokenFailure) -> (UpstreamCredential, CredentialSecret) {
        let stored: StoredCredential?
        do throws(HallpassError) {
            stored = try await reading { try await credentialStore.find(key.credential, of: key.tenant) }
        } catch {
            throw .broker(error)
        }
        guard let stored, stored.credential.version == key.version, let sealed = stored.sealed else {
            throw .broker(.upstreamUnavailable(retryAfterSeconds: 1))
        }
        guard let secret = fetcher.vault.open(sealed, of: stored.credential) else { throw .broker(.unavailable) }
        return (stored.credential, secret)
    }

    /// The old refresh token may be worth nothing by now, so this is tried for a while.
    private func keep(
        _ secret: CredentialSecret, of credential: UpstreamCredential, for fetcher: Fetcher
    ) async throws(AccessTokenFailure) {
        var entry = fetcher.refreshed
        entry.describe(credential)
        var pause = Duration.milliseconds(50)
        while true {
            do {
                let sealed = try fetcher.vault.seal(secret, of: credential.refreshed)
                return try await credentialStore.refresh(
                    credential, sealed: sealed, of: fetcher.tenant, audit: entry)
            } catch HallpassError.revisionConflict {
                // An admin rotated it meanwhile, and what they gave is what counts.
                throw .broker(.upstreamUnavailable(retryAfterSeconds: 1))
            } catch {
                guard pause < .seconds(5) else { throw .broker(.storageUnavailable) }
            }
            await upstream.pause(pause)
            pause *= 2
        }
    }

    /// Shown in lists. That it could not be noted takes nothing from anybody.
    private func note(_ failure: UpstreamFailure?, of credential: UpstreamCredential, in tenant: TenantID) async {
        guard credential.failure != failure else { return }
        try? await credentialStore.note(failure, of: credential, in: tenant, nowSeconds: clock.nowSeconds)
    }

    /// Source: RFC 6749 sections 4.4.2 and 6; RFC 8707 section 2.2.
    private static func form(
        _ secret: CredentialSecret, scope: ScopeSet, resource: String?
    ) -> [(name: String, value: String)] {
        var form: [(name: String, value: String)] =
            switch secret {
            case .refreshToken(let token, _):
                [("grant_type", "refresh_token"), ("refresh_token", CredentialSecret.text(token))]
            case .apiKey, .clientSecret: [("grant_type", "client_credentials")]
            }
        if !scope.isEmpty { form.append(("scope", scope.spaceSeparated)) }
        if let resource { form.append(("resource", resource)) }
        return form
    }
}

extension UpstreamCredential {
    /// The same with the provider's next refresh token.
    fileprivate var refreshed: UpstreamCredential {
        UpstreamCredential(
            id: id, deployment: deployment, subject: subject, kind: kind, authorization: authorization,
            version: version, refreshCount: refreshCount + 1, state: state, createdAt: createdAt, rotatedAt: rotatedAt)
    }
}

extension AuditEntry {
    /// Which credential an entry is about: its name and version, where and for whom it is good.
    mutating func describe(_ credential: UpstreamCredential) {
        target = "credential \(credential.id) version \(credential.version)"
        connector = credential.deployment.connector
        environment = credential.deployment.environment
        if subject == nil { subject = credential.subject }
    }
}
