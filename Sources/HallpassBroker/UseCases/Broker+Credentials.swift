package import HallpassCore
import HallpassCrypto
import HallpassStorage

/// An upstream credential as an admin gives it.
package struct CredentialCommand: Sendable {
    package let deployment: DeploymentID
    /// `nil`: for everyone in the deployment who has none of their own.
    package let subject: Subject?
    package let authorization: UpstreamAuthorization?
    package let secret: CredentialSecret

    package init(
        deployment: DeploymentID, subject: Subject?, authorization: UpstreamAuthorization?, secret: CredentialSecret
    ) {
        self.deployment = deployment
        self.subject = subject
        self.authorization = authorization
        self.secret = secret
    }
}

/// What admins do with upstream credentials. Nothing here ever shows a secret again.
extension Broker {
    /// By name.
    package func credentials(
        after: CredentialID?, limit: Int, by admin: TenantAdmin
    ) async throws(HallpassError) -> [UpstreamCredential] {
        try admin.require(.manageCredentials)
        return try await reading { try await credentialStore.list(admin.tenant, after: after, limit: limit) }
    }

    package func credential(_ id: CredentialID, by admin: TenantAdmin) async throws(HallpassError) -> UpstreamCredential
    {
        try admin.require(.manageCredentials)
        return try await stored(id, by: admin).credential
    }

    /// Registers a credential, or a further version of one in the place of the whole of it.
    ///
    /// - Throws: ``HallpassError/invalidRequest(_:)`` where it does not fit its deployment, ``HallpassError/inUse(by:)`` where
    ///   another one is there for the same calls.
    package func putCredential(
        _ id: CredentialID, _ command: CredentialCommand, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> UpstreamCredential {
        try admin.require(.manageCredentials)
        try check(command, of: admin.tenant)
        return try await gate.pass { () async throws(HallpassError) in
            let present = try await reading { try await credentialStore.find(id, of: admin.tenant)?.credential }
            let now = clock.nowSeconds
            let credential = UpstreamCredential(
                id: id, deployment: command.deployment, subject: command.subject, kind: command.secret.kind,
                authorization: command.authorization, version: (present?.version ?? 0) + 1,
                createdAt: present?.createdAt ?? now, rotatedAt: now)
            try await keep(credential, command.secret, by: admin, context)
            return credential
        }
    }

    /// Puts another secret in the place of the present one, which is good for nothing here from then on; where it goes stays.
    package func rotateCredential(
        _ id: CredentialID, to secret: CredentialSecret, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> UpstreamCredential {
        try admin.require(.manageCredentials)
        return try await gate.pass { () async throws(HallpassError) in
            let stored = try await stored(id, by: admin)
            let present = stored.credential
            guard present.state != .revoked else { throw .notFound }
            guard secret.kind == present.kind else {
                throw .invalidRequest(
                    path: "/secret", rule: "kind",
                    message: "must be that of a credential of kind \(present.kind.rawValue)")
            }
            var secret = secret
            if case .refreshToken(let token, nil) = secret,
                let old = stored.sealed.flatMap({ vault(of: admin.tenant)?.open($0, of: present) })
            {
                // A new sign-in gives a new refresh token; the client is who it was.
                secret = .refreshToken(token, clientSecret: old.clientSecret)
            }
            let credential = UpstreamCredential(
                id: id, deployment: present.deployment, subject: present.subject, kind: present.kind,
                authorization: present.authorization, version: present.version + 1, state: present.state,
                createdAt: present.createdAt, rotatedAt: clock.nowSeconds, lastIssuedAt: present.lastIssuedAt)
            try await keep(credential, secret, by: admin, context)
            return credential
        }
    }

    /// Switches a credential off, or on again.
    package func setCredential(
        _ id: CredentialID, isEnabled: Bool, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> UpstreamCredential {
        try admin.require(.manageCredentials)
        return try await gate.pass { () async throws(HallpassError) in
            let present = try await stored(id, by: admin).credential
            guard present.state != .revoked else { throw .notFound }
            var entry = AuditEntry(.credentialChange, .allow, by: admin, context, at: clock)
            entry.describe(present)
            entry.reason = isEnabled ? "enabled" : "disabled"
            try await credentialStore.set(
                isEnabled ? .active : .disabled, revocation: nil, of: id, in: admin.tenant, audit: entry)
            if !isEnabled { _ = await accessTokens.forget(id, of: admin.tenant) }
            return try await stored(id, by: admin).credential
        }
    }

    /// What does not fit: no such deployment, another kind than its `auth.mode` has, a client without its secret.
    private func check(_ command: CredentialCommand, of tenant: TenantID) throws(HallpassError) {
        guard let deployment = snapshot.tenants[tenant]?.registry.deployments[command.deployment] else {
            throw .invalidRequest(
                path: "/connector", rule: "deployment", message: "is not deployed in this environment")
        }
        guard command.secret.kind.isAllowed(by: deployment.authMode) else {
            throw .invalidRequest(
                path: "/kind", rule: "auth_mode",
                message: "does not fit the deployment, whose auth.mode is \(deployment.authMode.rawValue)")
        }
        guard let authorization = command.authorization else { return }
        guard (authorization.clientAuthentication == .none) == (command.secret.clientSecret == nil) else {
            throw .invalidRequest(
                path: "/secret/client_secret", rule: "client_authentication",
                message: "must be there unless client_authentication is none")
        }
    }

    private func keep(
        _ credential: UpstreamCredential, _ secret: CredentialSecret, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) {
        guard let sealed = try? vault(of: admin.tenant)?.seal(secret, of: credential) else { throw .unavailable }
        var entry = AuditEntry(.credentialChange, .allow, by: admin, context, at: clock)
        entry.describe(credential)
        entry.reason = credential.version == 1 ? "registered" : "rotated"
        try await credentialStore.put(
            StoredCredential(credential: credential, sealed: sealed), of: admin.tenant,
            replacing: credential.version - 1, audit: entry)
        _ = await accessTokens.forget(credential.id, of: admin.tenant)
    }

    func stored(_ id: CredentialID, by admin: TenantAdmin) async throws(HallpassError) -> StoredCredential {
        guard let stored = try await reading({ try await credentialStore.find(id, of: admin.tenant) }) else {
            throw .notFound
        }
        return stored
    }

    func vault(of tenant: TenantID) -> CredentialVault? { snapshot.vaults[tenant]?.credentials }
}
