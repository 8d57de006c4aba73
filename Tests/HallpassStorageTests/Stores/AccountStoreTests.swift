import HallpassCore
import HallpassCrypto
import Testing

@testable import HallpassStorage

struct AccountStoreTests {
    private static func name(_ text: String, in tenant: TenantID = Fixture.acme) -> AccountName {
        guard let username = Username(text) else { preconditionFailure("a literal name") }
        return AccountName(tenant: tenant, username: username)
    }

    private static let alice = name("alice")

    private static func account(_ name: AccountName = alice, password: PasswordHash? = nil) -> AccountRow {
        AccountRow(
            account: Account(
                name: name, roles: [.security, .auditor], subject: Subject("alice@example.com"), displayName: "Alice"),
            password: password, createdAt: Fixture.now, passwordChangedAt: password == nil ? nil : Fixture.now + 1)
    }

    private static func session(_ text: String, of name: AccountName = alice) -> SessionRow {
        SessionRow(
            owner: name, digest: SHA256.hash(Array(text.utf8)), createdAt: Fixture.now, lastUsedAt: Fixture.now,
            address: "192.0.2.1", userAgent: "Browser/1.0")
    }

    private static func invitation(_ text: String, for username: Username? = alice.username) -> InvitationRow {
        InvitationRow(
            tenant: Fixture.acme, digest: SHA256.hash(Array(text.utf8)), username: username,
            expiresAt: Fixture.now + 60)
    }

    private func run(_ body: (AccountStore, Storage) async throws -> Void) async throws {
        try await Storage.with { storage in
            try await body(AccountStore(database: storage.database, ledger: storage.ledger), storage)
        }
    }

    private func commit(_ changes: [AccountChange], _ store: AccountStore) async throws(HallpassError) {
        try await store.commit(changes, audit: nil, of: Fixture.acme)
    }

    @Test func `what was stored is read back whole`() async throws {
        try await run { store, _ in
            let cost = try #require(Scrypt.Cost(log2N: 4, blockSize: 8, parallelism: 1))
            let hash = try PasswordHash(SecretBytes(copying: [1]), cost: cost)
            let first = InvitationRow(
                tenant: Fixture.acme, digest: SHA256.hash([9]), username: nil, expiresAt: Fixture.now)
            try await commit(
                [
                    .putAccount(Self.account(password: hash)), .addSession(Self.session("one")),
                    .putInvitation(Self.invitation("two")), .putInvitation(first),
                ], store)
            let everything = try await store.loadAll()
            #expect(everything.accounts == [Self.account(password: hash)])
            #expect(everything.sessions == [Self.session("one")])
            #expect(Set(everything.invitations) == [Self.invitation("two"), first])
        }
    }

    @Test func `a changed account keeps its sessions and its link`() async throws {
        try await run { store, _ in
            try await commit(
                [
                    .putAccount(Self.account()), .addSession(Self.session("one")),
                    .putInvitation(Self.invitation("two")),
                ], store)
            let changed = AccountRow(
                account: Account(name: Self.alice, roles: [.viewer]), password: nil, createdAt: Fixture.now,
                passwordChangedAt: nil)
            try await commit([.putAccount(changed)], store)
            let everything = try await store.loadAll()
            #expect(everything.accounts == [changed])
            #expect(everything.sessions.count == 1)
            #expect(everything.invitations.count == 1)
        }
    }

    @Test func `a removed account takes its sessions and its link with it, and nobody else's`() async throws {
        try await run { store, _ in
            let namesake = Self.name("alice", in: Fixture.globex)
            try await commit(
                [
                    .putAccount(Self.account()), .addSession(Self.session("one")),
                    .putInvitation(Self.invitation("two")), .putAccount(Self.account(namesake)),
                    .addSession(Self.session("three", of: namesake)),
                ], store)
            try await commit([.removeAccount(Self.alice)], store)
            let everything = try await store.loadAll()
            #expect(everything.accounts.map(\.account.name) == [namesake])
            #expect(everything.sessions.map(\.owner) == [namesake])
            #expect(everything.invitations.isEmpty)
        }
    }

    @Test func `a person has one link, the last`() async throws {
        try await run { store, _ in
            try await commit([.putAccount(Self.account())], store)
            for text in ["one", "two"] { try await commit([.putInvitation(Self.invitation(text))], store) }
            let stored = try await store.loadAll().invitations
            #expect(stored == [Self.invitation("two")])
            try await commit([.removeInvitation(Self.invitation("two"))], store)
            let left = try await store.loadAll().invitations
            #expect(left.isEmpty)
        }
    }

    @Test func `use is noted, and a session that is gone stays gone`() async throws {
        try await run { store, _ in
            var session = Self.session("one")
            try await commit([.putAccount(Self.account()), .addSession(session)], store)
            session.lastUsedAt += 100
            try await store.touch(session)
            let stored = try await store.loadAll().sessions
            #expect(stored == [session])
            try await commit([.endSession(session)], store)
            try await store.touch(session)
            let left = try await store.loadAll().sessions
            #expect(left.isEmpty)
        }
    }

    @Test func `changes and their record are made together or not at all`() async throws {
        try await run { store, storage in
            let entry = Fixture.auditEntry(.adminChange)
            try await store.commit([.putAccount(Self.account())], audit: entry, of: Fixture.acme)
            // Of nobody.
            let stranger = Self.session("one", of: Self.name("bob"))
            await #expect(throws: HallpassError.internal) {
                try await store.commit(
                    [.removeAccount(Self.alice), .addSession(stranger)], audit: entry, of: Fixture.acme)
            }
            let accounts = try await store.loadAll().accounts
            #expect(accounts.count == 1)
            let records = try await storage.audit.count(Fixture.acme)
            #expect(records == 1)
        }
    }
}
