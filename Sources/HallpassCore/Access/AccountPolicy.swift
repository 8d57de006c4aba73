/// Who may do what to whose account. Whoever asks may manage people at all: that is a ``Permission``.
package struct AccountPolicy: Sendable {
    /// `nil` for a client.
    private let person: AccountName?
    private let isPlatformAdmin: Bool

    package init(person: AccountName?, isPlatformAdmin: Bool) {
        self.person = person
        self.isPlatformAdmin = isPlatformAdmin
    }

    /// Whether an account may be made, changed or removed.
    ///
    /// - Parameters:
    ///   - others: of the same tenant.
    ///   - after: `nil` where it is to be removed.
    package func check(
        _ before: Account?, becoming after: Account?, among others: [Account]
    ) throws(HallpassError) {
        for account in [before, after].compactMap({ $0 }) {
            try checkReach(account)
            guard account.name != person else { throw .forbidden(needs: "nobody changes their own account") }
        }
        if let after, after.roles.contains(.platformAdmin), after.name.tenant != .platform {
            throw .invalidRequest(
                path: "/roles", rule: "role", message: "must not have platform_admin outside the tenant platform")
        }
        guard before?.isPlatformAdmin == true, after?.isPlatformAdmin != true else { return }
        guard others.contains(where: { $0.isPlatformAdmin }) else {
            throw .limitReached("the last platform_admin stays one; make another first")
        }
    }

    /// Whether a one-time link may be made, which opens the account to whoever has it.
    package func checkInvitation(_ account: Account) throws(HallpassError) {
        try check(account, becoming: account, among: [])
    }

    /// Whether its sessions may be ended.
    package func checkReach(_ account: Account) throws(HallpassError) {
        guard isPlatformAdmin || !account.isPlatformAdmin else {
            throw .forbidden(needs: "the account of a platform_admin needs the role platform_admin")
        }
    }
}

extension Account {
    fileprivate var isPlatformAdmin: Bool { roles.contains(.platformAdmin) }
}
