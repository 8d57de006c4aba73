package import HallpassCore
package import HallpassCrypto

/// A person's account as stored.
package struct AccountRow: Hashable, Sendable {
    package let account: Account
    /// `nil` until they have set one.
    package let password: PasswordHash?
    /// Unix seconds.
    package let createdAt: Int64
    /// Unix seconds.
    package let passwordChangedAt: Int64?

    package init(account: Account, password: PasswordHash?, createdAt: Int64, passwordChangedAt: Int64?) {
        self.account = account
        self.password = password
        self.createdAt = createdAt
        self.passwordChangedAt = passwordChangedAt
    }
}

/// A person's session as stored: by the SHA-256 of what their browser holds.
package struct SessionRow: Hashable, Sendable {
    package let owner: AccountName
    package let digest: SHA256Digest
    /// Unix seconds.
    package let createdAt: Int64
    /// Unix seconds.
    package var lastUsedAt: Int64
    /// From where it was begun.
    package let address: String?
    package let userAgent: String?

    package init(
        owner: AccountName, digest: SHA256Digest, createdAt: Int64, lastUsedAt: Int64, address: String?,
        userAgent: String?
    ) {
        self.owner = owner
        self.digest = digest
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.address = address
        self.userAgent = userAgent
    }

    /// Unix seconds: good up to, not at, this moment, unless it is used before.
    package var expiresAt: Int64 {
        min(lastUsedAt + Limits.sessionIdleSeconds, createdAt + Limits.sessionLifetimeSeconds)
    }
}

/// A one-time link as stored: by the SHA-256 of its token.
package struct InvitationRow: Hashable, Sendable {
    package let tenant: TenantID
    package let digest: SHA256Digest
    /// Who may set a password with it; `nil` for the link that makes the first account.
    package let username: Username?
    /// Unix seconds; good up to, not at, this moment.
    package let expiresAt: Int64

    package init(tenant: TenantID, digest: SHA256Digest, username: Username?, expiresAt: Int64) {
        self.tenant = tenant
        self.digest = digest
        self.username = username
        self.expiresAt = expiresAt
    }
}

/// One step of a change of accounts, to be made on disk and then, in the same order, in memory.
package enum AccountChange: Hashable, Sendable {
    /// New, or in place of the one of that name; its sessions and its invitation stay.
    case putAccount(AccountRow)
    /// With its sessions and its invitation.
    case removeAccount(AccountName)
    case addSession(SessionRow)
    case endSession(SessionRow)
    /// In place of an earlier one for the same person.
    case putInvitation(InvitationRow)
    case removeInvitation(InvitationRow)
}
