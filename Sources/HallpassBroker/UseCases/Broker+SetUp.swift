package import HallpassCore
import HallpassCrypto
import HallpassStorage

/// What lets one person set a password, once: shown to whoever asked for it, and to nobody else.
package struct OneTimeLink: Sendable {
    /// 43 characters.
    package let token: String
    /// Where to go with it. The token stands in the fragment, which no browser sends to any server.
    package let link: String
    /// Unix seconds.
    package let expiresAt: Int64
}

extension Broker {
    /// A link for the first person, who chooses their own name and may do everything, as the first client may.
    ///
    /// It needs no credentials for the same reason as ``bootstrap(admin:_:)``.
    ///
    /// - Throws: ``HallpassError/revisionConflict`` where the platform has people already.
    package func inviteFirstAdmin(_ context: CallContext) async throws(HallpassError) -> OneTimeLink {
        let entry = AuditEntry(.adminInvite, .allow, by: nil, context, at: clock)
        return try await accountGate.pass { () async throws(HallpassError) in
            guard directory.accounts(of: .platform).isEmpty else { throw .revisionConflict }
            return try await invite(nil, in: .platform, audit: entry)
        }
    }

    /// To be called inside ``accountGate``.
    func invite(
        _ username: Username?, in tenant: TenantID, audit: AuditEntry
    ) async throws(HallpassError) -> OneTimeLink {
        let secret: OpaqueSecret
        do {
            secret = try OpaqueSecret.make()
        } catch {
            throw .unavailable
        }
        let row = InvitationRow(
            tenant: tenant, digest: secret.digest, username: username,
            expiresAt: clock.nowSeconds + Limits.invitationSeconds)
        try await commit([.putInvitation(row)], audit, of: tenant)
        return OneTimeLink(
            token: secret.text, link: "\(settings.issuer)/setup.html#token=\(secret.text)", expiresAt: row.expiresAt)
    }

    /// Uses a one-time link: sets the password, ends the sessions that the account had, and begins one.
    ///
    /// - Throws: ``HallpassError/invalidClient`` for a link that is used up, over or never was;
    ///   ``HallpassError/invalidRequest(_:)`` where name or password will not do, and then the link is still good.
    package func setUp(
        token: String, username: Username, password: String, userAgent: String?, _ context: CallContext
    ) async throws(HallpassError) -> SignedIn {
        let digest = OpaqueSecret.digest(of: token)
        guard let invitation = directory.invitation(digest), invitation.digest.constantTimeEquals(digest),
            clock.nowSeconds < invitation.expiresAt
        else { throw .invalidClient }
        let name = AccountName(tenant: invitation.tenant, username: username)
        let before = directory.account(name)
        let account = try invited(name, by: invitation, before?.account)
        try requireGood(password, for: username, at: "/password")
        let now = clock.nowSeconds
        let row = AccountRow(
            account: account, password: try await passwords.hash(password), createdAt: before?.createdAt ?? now,
            passwordChangedAt: now)
        var entry = AuditEntry(.adminSetup, .allow, by: nil, context, at: clock)
        entry.admin = username.rawValue
        entry.target = name.target
        let audit = entry
        return try await accountGate.pass { () async throws(HallpassError) in
            guard directory.invitation(digest) == invitation, directory.account(name) == before else {
                throw .invalidClient
            }
            let ended = directory.sessions(of: name).map(AccountChange.endSession)
            return try await beginSession(
                of: account, alongside: ended + [.removeInvitation(invitation), .putAccount(row)],
                userAgent: userAgent, audit: audit)
        }
    }

    private func invited(
        _ name: AccountName, by invitation: InvitationRow, _ existing: Account?
    ) throws(HallpassError) -> Account {
        guard let invited = invitation.username else {
            guard existing == nil else {
                throw .invalidRequest(path: "/username", rule: "unique", message: "must be a name that nobody has yet")
            }
            return Account(name: name, roles: Self.firstRoles)
        }
        guard invited == name.username, let existing else {
            throw .invalidRequest(
                path: "/username", rule: "invitation", message: "must be the name that the link was made for")
        }
        return existing
    }

    /// Of the first client and of the first person: everything there is but being a mere viewer.
    static let firstRoles: Set<Role> = [.platformAdmin, .tenantAdmin, .security, .auditor]
}
