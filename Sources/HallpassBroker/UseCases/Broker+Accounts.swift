package import HallpassCore
package import HallpassStorage

/// Managing people: who has an account, with which roles, and where they are signed in.
extension Broker {
    /// By name.
    package func accounts(by admin: TenantAdmin) throws(HallpassError) -> [AccountRow] {
        try admin.requireManaging(in: snapshot)
        return directory.accounts(of: admin.tenant)
    }

    package func account(_ username: Username, by admin: TenantAdmin) throws(HallpassError) -> AccountRow {
        try admin.requireManaging(in: snapshot)
        guard let row = directory.account(AccountName(tenant: admin.tenant, username: username)) else {
            throw .notFound
        }
        return row
    }

    /// Makes an account, which nobody can sign in to before there is a password, or changes one. New roles hold for the next
    /// request of every session.
    ///
    /// - Returns: whether it is new.
    package func putAccount(
        _ account: Account, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> Bool {
        precondition(account.name.tenant == admin.tenant, "an account of one tenant changed in another's name")
        try admin.requireManaging(in: snapshot)
        var entry = AuditEntry(.adminChange, .allow, by: admin, context, at: clock)
        entry.target = "\(account.name.target) roles \(account.roles.map(\.rawValue).sorted().joined(separator: " "))"
        let audit = entry
        return try await accountGate.pass { () async throws(HallpassError) in
            let before = directory.account(account.name)
            let others = directory.accounts(of: admin.tenant).map(\.account).filter { $0.name != account.name }
            try admin.accountPolicy.check(before?.account, becoming: account, among: others)
            guard before != nil || others.count < Limits.accountsPerTenant else {
                throw .limitReached("a tenant has at most 10,000 people")
            }
            guard before?.account != account else { return false }
            let row = AccountRow(
                account: account, password: before?.password, createdAt: before?.createdAt ?? clock.nowSeconds,
                passwordChangedAt: before?.passwordChangedAt)
            try await commit([.putAccount(row)], audit, of: admin.tenant)
            return before == nil
        }
    }

    /// With its sessions: the next request in one of them is refused.
    package func removeAccount(
        _ username: Username, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) {
        try admin.requireManaging(in: snapshot)
        let name = AccountName(tenant: admin.tenant, username: username)
        var entry = AuditEntry(.adminRemove, .allow, by: admin, context, at: clock)
        entry.target = name.target
        let audit = entry
        try await accountGate.pass { () async throws(HallpassError) in
            guard let row = directory.account(name) else { throw .notFound }
            let others = directory.accounts(of: admin.tenant).map(\.account).filter { $0.name != name }
            try admin.accountPolicy.check(row.account, becoming: nil, among: others)
            try await commit([.removeAccount(name)], audit, of: admin.tenant)
        }
    }

    /// A one-time link with which a person sets their first password, or a new one. It ends an earlier link.
    package func invite(
        _ username: Username, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> OneTimeLink {
        try admin.requireManaging(in: snapshot)
        let name = AccountName(tenant: admin.tenant, username: username)
        var entry = AuditEntry(.adminInvite, .allow, by: admin, context, at: clock)
        entry.target = name.target
        let audit = entry
        return try await accountGate.pass { () async throws(HallpassError) in
            guard let row = directory.account(name) else { throw .notFound }
            try admin.accountPolicy.checkInvitation(row.account)
            return try await invite(username, in: admin.tenant, audit: audit)
        }
    }

    /// The one used last comes first.
    package func sessions(of username: Username, by admin: TenantAdmin) throws(HallpassError) -> [SessionRow] {
        let row = try account(username, by: admin)
        let now = clock.nowSeconds
        return directory.sessions(of: row.account.name).filter { now < $0.expiresAt }
    }

    /// Ends one of a person's sessions, or all of them; the next request in them is refused.
    ///
    /// - Parameter id: `nil` for all.
    /// - Returns: how many.
    package func endSessions(
        _ id: String?, of username: Username, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> Int {
        try admin.requireManaging(in: snapshot)
        let name = AccountName(tenant: admin.tenant, username: username)
        var entry = AuditEntry(.sessionRevoke, .allow, by: admin, context, at: clock)
        entry.target = id.map { "\(name.target) session \($0)" } ?? name.target
        let draft = entry
        return try await accountGate.pass { () async throws(HallpassError) in
            guard let row = directory.account(name) else { throw .notFound }
            try admin.accountPolicy.checkReach(row.account)
            let ended = directory.sessions(of: name).filter { id == nil || $0.id == id }
            guard id == nil || !ended.isEmpty else { throw .notFound }
            var audit = draft
            audit.count = Int64(ended.count)
            try await commit(ended.map(AccountChange.endSession), audit, of: admin.tenant)
            return ended.count
        }
    }
}

extension AccountName {
    /// As the audit has it.
    var target: String { "admin \(username)" }
}

extension TenantAdmin {
    /// - Throws: ``HallpassError/notFound`` for a tenant that this admin could only create.
    fileprivate func requireManaging(in snapshot: RegistrySnapshot) throws(HallpassError) {
        try require(.manageAdmins)
        guard snapshot.tenants[tenant] != nil else { throw .notFound }
    }

    fileprivate var accountPolicy: AccountPolicy {
        let isPlatformAdmin = permissions.contains(.createTenant)
        guard case .person(let person) = caller else {
            return AccountPolicy(person: nil, isPlatformAdmin: isPlatformAdmin)
        }
        return AccountPolicy(person: person.account.name, isPlatformAdmin: isPlatformAdmin)
    }
}
