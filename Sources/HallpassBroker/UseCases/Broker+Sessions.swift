package import HallpassCore
import HallpassCrypto
package import HallpassStorage

/// A person whose session is good; only ``Broker/identify(session:)`` and the beginning of a session, in this file, can make one.
package struct AuthenticatedPerson: Sendable {
    package let account: Account
    package let session: SessionRow

    fileprivate init(account: Account, session: SessionRow) {
        self.account = account
        self.session = session
    }
}

/// A session that has just begun.
package struct SignedIn: Sendable {
    package let person: AuthenticatedPerson
    /// What opens the session: 43 characters, known to nobody else from now on.
    package let secret: String
}

extension Broker {
    /// Sessions are opened by 256 random bits, so finding one by their SHA-256 tells nothing.
    ///
    /// - Throws: ``HallpassError/invalidClient`` for one that is over or never was.
    package func authenticate(session secret: String) async throws(HallpassError) -> AuthenticatedPerson {
        let digest = OpaqueSecret.digest(of: secret)
        let now = clock.nowSeconds
        guard let person = identify(session: digest) else { throw .invalidClient }
        if let used = directory.use(digest, atSeconds: now) {
            // What is lost of it ends a session early after a restart; better that than to keep people out of a broker that
            // cannot write.
            try? await accountStore.touch(used)
        }
        var session = person.session
        session.lastUsedAt = max(now, session.lastUsedAt)
        return AuthenticatedPerson(account: person.account, session: session)
    }

    /// Whose session it is, where it is good; looking so is no use of it.
    func identify(session digest: SHA256Digest) -> AuthenticatedPerson? {
        guard let session = directory.session(digest), session.digest.constantTimeEquals(digest),
            clock.nowSeconds < session.expiresAt, let row = directory.account(session.owner)
        else { return nil }
        return AuthenticatedPerson(account: row.account, session: session)
    }

    /// Commits a new session beside `changes`. To be called inside ``accountGate``.
    func beginSession(
        of account: Account, alongside changes: [AccountChange], userAgent: String?, audit: AuditEntry
    ) async throws(HallpassError) -> SignedIn {
        let secret: OpaqueSecret
        do {
            secret = try OpaqueSecret.make()
        } catch {
            throw .unavailable
        }
        let now = clock.nowSeconds
        let session = SessionRow(
            owner: account.name, digest: secret.digest, createdAt: now, lastUsedAt: now, address: audit.address,
            userAgent: userAgent)
        let surplus = directory.sessions(of: account.name).dropFirst(Limits.sessionsPerAccount - 1)
        try await commit(
            changes + surplus.map(AccountChange.endSession) + [.addSession(session)], audit, of: account.name.tenant)
        return SignedIn(person: AuthenticatedPerson(account: account, session: session), secret: secret.text)
    }

    /// On disk, then in memory, then acknowledged. To be called inside ``accountGate``.
    func commit(
        _ changes: [AccountChange], _ audit: AuditEntry?, of tenant: TenantID
    ) async throws(HallpassError) {
        try await accountStore.commit(changes, audit: audit, of: tenant)
        directory.apply(changes)
    }

    package func signOut(_ person: AuthenticatedPerson, _ context: CallContext) async throws(HallpassError) {
        let name = person.account.name
        let entry = AuditEntry(.signOut, .allow, by: .person(person), in: name.tenant, context, at: clock)
        try await accountGate.pass { () async throws(HallpassError) in
            try await commit([.endSession(person.session)], entry, of: name.tenant)
        }
    }

    /// A person's own sessions, the one used last first.
    package func sessions(of person: AuthenticatedPerson) -> [SessionRow] {
        let now = clock.nowSeconds
        return directory.sessions(of: person.account.name).filter { now < $0.expiresAt }
    }

    /// Ends one of a person's own sessions, this one or another; the next request in it is refused.
    package func endSession(
        _ id: String, of person: AuthenticatedPerson, _ context: CallContext
    ) async throws(HallpassError) {
        let name = person.account.name
        var entry = AuditEntry(.sessionRevoke, .allow, by: .person(person), in: name.tenant, context, at: clock)
        entry.target = "\(name.target) session \(id)"
        let audit = entry
        try await accountGate.pass { () async throws(HallpassError) in
            guard let session = directory.sessions(of: name).first(where: { $0.id == id }) else { throw .notFound }
            try await commit([.endSession(session)], audit, of: name.tenant)
        }
    }

    /// Clears away sessions and one-time links that are over.
    ///
    /// - Returns: how many.
    package func sweepSessions() async throws(HallpassError) -> Int {
        try await accountGate.pass { () async throws(HallpassError) in
            let expired = directory.expired(atSeconds: clock.nowSeconds)
            if !expired.isEmpty { try await commit(expired, nil, of: .platform) }
            return expired.count
        }
    }
}

extension SessionRow {
    /// What a session is called in lists: the start of its digest, which opens nothing.
    package var id: String { String(Base64URL.encode(digest).prefix(12)) }
}
