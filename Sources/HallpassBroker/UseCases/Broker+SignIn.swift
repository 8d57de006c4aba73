package import HallpassCore
import HallpassCrypto
import HallpassStorage

extension Broker {
    /// Begins a session for whoever knows the password.
    ///
    /// An account that is not there, one without a password and a wrong password give the same answer after the same work.
    ///
    /// - Parameter userAgent: how the browser calls itself, for the list of sessions.
    /// - Returns: the session, or ``HallpassError/invalidClient``, or ``HallpassError/signInThrottled(retryAfterSeconds:)``.
    /// - Throws: when nothing could be found out or recorded.
    package func signIn(
        _ name: AccountName, password: String, userAgent: String?, _ context: CallContext
    ) async throws(HallpassError) -> Result<SignedIn, Refusal> {
        let row = directory.account(name)
        var entry = AuditEntry(.signIn, .allow, by: nil, context, at: clock)
        // Not a name that nobody has: people type their password there.
        entry.target = row.map { $0.account.name.target }
        do throws(HallpassError) {
            try signInThrottle.take(name, from: context.address, nowSeconds: clock.nowSeconds)
        } catch {
            return .failure(try await refuse(entry, Refusal(.admission, error), of: name.tenant))
        }
        let isRight = try await isPassword(password, of: name, row?.password, context)
        guard isRight, let row else {
            return .failure(try await refuse(entry, Refusal(.caller, .invalidClient), of: name.tenant))
        }
        signInThrottle.giveBack(name, from: context.address)
        let current = try await renewed(row, password)
        entry.admin = name.username.rawValue
        let audit = entry
        return .success(
            try await accountGate.pass { () async throws(HallpassError) in
                // It may have been changed while its hash was made.
                guard directory.account(name) == row else { throw .invalidClient }
                return try await beginSession(
                    of: row.account, alongside: current == row ? [] : [.putAccount(current)], userAgent: userAgent,
                    audit: audit)
            })
    }

    /// Whether it is; an attempt that could not be made is given back.
    private func isPassword(
        _ password: String, of name: AccountName, _ hash: PasswordHash?, _ context: CallContext
    ) async throws(HallpassError) -> Bool {
        do throws(HallpassError) {
            return try await passwords.matches(password, hash)
        } catch {
            signInThrottle.giveBack(name, from: context.address)
            throw error
        }
    }

    /// The account with its password hashed at today's cost.
    private func renewed(_ row: AccountRow, _ password: String) async throws(HallpassError) -> AccountRow {
        guard let hash = row.password, passwords.isOutdated(hash) else { return row }
        return row.with(password: try await passwords.hash(password), at: row.passwordChangedAt ?? clock.nowSeconds)
    }

    /// Puts a refused sign-in on record where the account would be.
    private func refuse(
        _ entry: AuditEntry, _ refusal: Refusal, of tenant: TenantID
    ) async throws(HallpassError) -> Refusal {
        let refused = entry.refused(refusal)
        let chain = snapshot.tenants[tenant] == nil ? .platform : tenant
        do {
            _ = try await submit(.record, for: chain) { _ in refused }
        } catch .storageUnavailable {
            throw .auditUnavailable
        }
        return refusal
    }

    /// Ends every other session of the person.
    ///
    /// - Throws: ``HallpassError/invalidRequest(_:)`` where the present password is another or the new one will not do.
    package func changePassword(
        from current: String, to new: String, of person: AuthenticatedPerson, _ context: CallContext
    ) async throws(HallpassError) {
        let name = person.account.name
        guard let row = directory.account(name) else { throw .invalidClient }
        try requireGood(new, for: name.username, at: "/new")
        try signInThrottle.take(name, from: context.address, nowSeconds: clock.nowSeconds)
        guard try await isPassword(current, of: name, row.password, context) else {
            throw .invalidRequest(path: "/current", rule: "password", message: "must be the password as it is now")
        }
        signInThrottle.giveBack(name, from: context.address)
        let changed = row.with(password: try await passwords.hash(new), at: clock.nowSeconds)
        var entry = AuditEntry(.passwordChange, .allow, by: .person(person), in: name.tenant, context, at: clock)
        entry.target = name.target
        let draft = entry
        try await accountGate.pass { () async throws(HallpassError) in
            guard directory.account(name) == row, directory.session(person.session.digest) != nil else {
                throw .revisionConflict
            }
            let others = directory.sessions(of: name).filter { $0.digest != person.session.digest }
            var audit = draft
            audit.count = Int64(others.count)
            try await commit([.putAccount(changed)] + others.map(AccountChange.endSession), audit, of: name.tenant)
        }
    }

    func requireGood(_ password: String, for username: Username, at path: String) throws(HallpassError) {
        guard let reason = Account.rejection(ofPassword: password, for: username) else { return }
        throw .invalidRequest(path: path, rule: "password", message: reason)
    }
}

extension AccountRow {
    func with(password: PasswordHash, at time: Int64) -> AccountRow {
        AccountRow(account: account, password: password, createdAt: createdAt, passwordChangedAt: time)
    }
}
