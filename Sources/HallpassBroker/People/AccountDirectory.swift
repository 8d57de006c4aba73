import HallpassCore
import HallpassCrypto
import HallpassStorage
import Synchronization

/// Everyone who can sign in, and who has: what is on disk, held in memory so that no request reads it there.
///
/// What changes is committed first and applied here before it is acknowledged, one change at a time, so that a session that was
/// ended opens nothing for any request that begins afterwards.
final class AccountDirectory: Sendable {
    fileprivate struct State {
        var accounts: [AccountName: AccountRow] = [:]
        var sessions: [SHA256Digest: Held] = [:]
        var invitations: [SHA256Digest: InvitationRow] = [:]
    }

    fileprivate struct Held {
        var session: SessionRow
        /// The `last_used_at` that is on disk.
        var storedUseAt: Int64
    }

    private let state = Mutex(State())

    func load(_ everything: AccountStore.Everything) {
        apply(
            everything.accounts.map(AccountChange.putAccount) + everything.sessions.map(AccountChange.addSession)
                + everything.invitations.map(AccountChange.putInvitation))
    }

    /// To be called with what has just been committed, inside the gate that commits were made in.
    func apply(_ changes: [AccountChange]) {
        state.withLock { state in
            for change in changes { state.make(change) }
        }
    }

    func account(_ name: AccountName) -> AccountRow? { state.withLock { $0.accounts[name] } }

    /// By name.
    func accounts(of tenant: TenantID) -> [AccountRow] {
        state.withLock { state in state.accounts.values.filter { $0.account.name.tenant == tenant } }
            .sorted { $0.account.name.username < $1.account.name.username }
    }

    /// Nobody of a tenant has an account, a session or a link any more. To be called inside the gate that commits were made in.
    func removeAll(of tenant: TenantID) {
        state.withLock { state in
            state.accounts = state.accounts.filter { $0.key.tenant != tenant }
            state.sessions = state.sessions.filter { $0.value.session.owner.tenant != tenant }
            state.invitations = state.invitations.filter { $0.value.tenant != tenant }
        }
    }

    func session(_ digest: SHA256Digest) -> SessionRow? { state.withLock { $0.sessions[digest]?.session } }

    /// The one that was used last comes first.
    func sessions(of name: AccountName) -> [SessionRow] {
        state.withLock { state in state.sessions.values.map(\.session).filter { $0.owner == name } }
            .sorted { ($0.lastUsedAt, $0.createdAt) > ($1.lastUsedAt, $1.createdAt) }
    }

    func invitation(_ digest: SHA256Digest) -> InvitationRow? { state.withLock { $0.invitations[digest] } }

    /// Sessions and invitations that are over.
    func expired(atSeconds now: Int64) -> [AccountChange] {
        state.withLock { state in
            state.sessions.values.filter { $0.session.expiresAt <= now }.map { .endSession($0.session) }
                + state.invitations.values.filter { $0.expiresAt <= now }.map { .removeInvitation($0) }
        }
    }

    /// Notes that a session is in use.
    ///
    /// - Returns: the session where that is to be noted on disk too: once a minute is enough for an idle time of many.
    func use(_ digest: SHA256Digest, atSeconds now: Int64) -> SessionRow? {
        state.withLock { state in
            guard var held = state.sessions[digest], held.session.lastUsedAt < now else { return nil }
            held.session.lastUsedAt = now
            let isDue = now - held.storedUseAt >= 60
            if isDue { held.storedUseAt = now }
            state.sessions[digest] = held
            return isDue ? held.session : nil
        }
    }
}

extension AccountDirectory.State {
    fileprivate mutating func make(_ change: AccountChange) {
        switch change {
        case .putAccount(let row): accounts[row.account.name] = row
        case .removeAccount(let name):
            accounts[name] = nil
            sessions = sessions.filter { $0.value.session.owner != name }
            removeInvitation(of: name)
        case .addSession(let row):
            sessions[row.digest] = AccountDirectory.Held(session: row, storedUseAt: row.lastUsedAt)
        case .endSession(let row): sessions[row.digest] = nil
        case .putInvitation(let row):
            if let username = row.username {
                removeInvitation(of: AccountName(tenant: row.tenant, username: username))
            }
            invitations[row.digest] = row
        case .removeInvitation(let row): invitations[row.digest] = nil
        }
    }

    private mutating func removeInvitation(of name: AccountName) {
        invitations = invitations.filter { $0.value.tenant != name.tenant || $0.value.username != name.username }
    }
}
