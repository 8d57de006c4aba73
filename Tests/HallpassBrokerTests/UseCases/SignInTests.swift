import Foundation
import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON
import Testing

@testable import HallpassBroker

struct SignInTests {
    static let password = "tall grass in may"
    static let root = AccountName(tenant: .platform, username: "root")

    /// A broker whose first person has set a password.
    private func run(_ body: (BrokerFixture, SignedIn) async throws -> Void) async throws {
        try await BrokerFixture.run { fixture in
            let link = try await fixture.broker.inviteFirstAdmin(fixture.context())
            try await body(fixture, try await setUp(link, fixture))
        }
    }

    private func setUp(
        _ link: OneTimeLink, _ fixture: BrokerFixture, as username: Username = "root", _ password: String = password
    ) async throws -> SignedIn {
        try await fixture.broker.setUp(
            token: link.token, username: username, password: password, userAgent: "test", fixture.context())
    }

    private func signIn(
        _ fixture: BrokerFixture, as name: AccountName = root, _ password: String = password
    ) async throws -> Result<SignedIn, Refusal> {
        try await fixture.broker.signIn(name, password: password, userAgent: "test", fixture.context())
    }

    private func isOpen(_ secret: String, _ fixture: BrokerFixture) async throws -> Bool {
        do throws(HallpassError) {
            _ = try await fixture.broker.authenticate(session: secret)
            return true
        } catch .invalidClient {
            return false
        }
    }

    @Test func `the first link makes one account that may do everything, once`() async throws {
        try await BrokerFixture.run { fixture in
            let link = try await fixture.broker.inviteFirstAdmin(fixture.context())
            #expect(link.link == "https://hallpass.example/setup.html#token=\(link.token)")
            #expect(link.token.utf8.count == 43)
            let person = try await setUp(link, fixture).person
            #expect(person.account.name == Self.root)
            let admin = try fixture.broker.admin(.person(person), of: .platform)
            #expect(admin.permissions == Set(Permission.allCases))
            await #expect(throws: HallpassError.invalidClient) { _ = try await setUp(link, fixture, as: "other") }
            await #expect(throws: HallpassError.revisionConflict) {
                _ = try await fixture.broker.inviteFirstAdmin(fixture.context())
            }
        }
    }

    @Test(arguments: [(-1, true), (0, false), (1, false)])
    func `a link is good up to, not at, its expiry`(offset: Int64, isGood: Bool) async throws {
        try await BrokerFixture.run { fixture in
            let link = try await fixture.broker.inviteFirstAdmin(fixture.context())
            fixture.advance(seconds: Limits.invitationSeconds + offset)
            let person = try? await setUp(link, fixture)
            #expect((person != nil) == isGood)
        }
    }

    @Test func `a password that will not do leaves the link good`() async throws {
        try await BrokerFixture.run { fixture in
            let link = try await fixture.broker.inviteFirstAdmin(fixture.context())
            let error = await #expect(throws: HallpassError.self) { _ = try await setUp(link, fixture, "password1234") }
            #expect(error?.details.first?.path == "/password")
            _ = try await setUp(link, fixture)
        }
    }

    @Test func `of two who use one link at once, one gets in`() async throws {
        try await BrokerFixture.run { fixture in
            let link = try await fixture.broker.inviteFirstAdmin(fixture.context())
            async let first = try? setUp(link, fixture, as: "one")
            async let second = try? setUp(link, fixture, as: "two")
            let signedIn = await [first, second].compactMap { $0 }
            #expect(signedIn.count == 1)
        }
    }

    @Test func `the password opens a session, and so does nothing else`() async throws {
        try await run { fixture, _ in
            let signedIn = try await signIn(fixture).get()
            let person = try await fixture.broker.authenticate(session: signedIn.secret)
            #expect(person.account.name == Self.root)
            for (name, password) in [
                (Self.root, "Tall grass in may"), (Self.root, "\(Self.password) "), (Self.root, ""),
                (AccountName(tenant: "acme", username: "root"), Self.password),
                (AccountName(tenant: .platform, username: "roots"), Self.password),
                (AccountName(tenant: "nowhere", username: "root"), Self.password),
            ] {
                let refusal = try await signIn(fixture, as: name, password).refusal
                #expect(refusal == .invalidClient, "\(name)")
            }
            for secret in ["", String(signedIn.secret.dropLast()), "\(signedIn.secret)A", signedIn.person.session.id] {
                let opens = try await isOpen(secret, fixture)
                #expect(!opens)
            }
        }
    }

    @Test func `every attempt is on record where the account would be, and no name that nobody has`() async throws {
        try await run { fixture, _ in
            _ = try await signIn(fixture).get()
            _ = try await signIn(fixture, "wrong password")
            _ = try await signIn(fixture, as: AccountName(tenant: "acme", username: "my-password"))
            let platform = try await fixture.audit(.platform)
            let signIns = platform.filter { $0["event"]?.stringValue == "sign_in" }
            #expect(signIns.count == 2)
            #expect(signIns[0]["admin"]?.stringValue == "root")
            #expect(signIns[0]["decision"]?.stringValue == "allow")
            #expect(signIns[1]["admin"] == nil)
            #expect(signIns[1]["target"]?.stringValue == "admin root")
            #expect(signIns[1]["code"]?.stringValue == "invalid_client")
            let acme = try #require(try await fixture.audit("acme").last)
            #expect(acme["event"]?.stringValue == "sign_in")
            #expect(acme["target"] == nil)
        }
    }

    @Test func `guessing is slowed down, the right password too, and a restart of the count is worth waiting for`()
        async throws
    {
        try await run { fixture, session in
            for _ in 0..<10 {
                let refusal = try await signIn(fixture, "wrong password").refusal
                #expect(refusal == .invalidClient)
            }
            let refusal = try await signIn(fixture).refusal
            #expect(refusal == .signInThrottled(retryAfterSeconds: 60))
            let record = try await fixture.audit(.platform).last
            #expect(record?["code"]?.stringValue == "rate_limited")
            let opens = try await isOpen(session.secret, fixture)
            #expect(opens)
            fixture.advance(seconds: 60)
            _ = try await signIn(fixture).get()
        }
    }

    @Test func `a session ends after half an hour without use, and after twelve hours with`() async throws {
        try await run { fixture, session in
            let idle = try await signIn(fixture).get()
            var used: Int64 = 0
            while used + Limits.sessionIdleSeconds - 1 < Limits.sessionLifetimeSeconds {
                fixture.advance(seconds: Limits.sessionIdleSeconds - 1)
                used += Limits.sessionIdleSeconds - 1
                let opens = try await isOpen(session.secret, fixture)
                #expect(opens, "\(used)")
            }
            let isIdleOpen = try await isOpen(idle.secret, fixture)
            #expect(!isIdleOpen)
            fixture.advance(seconds: Limits.sessionLifetimeSeconds - used - 1)
            let isStillOpen = try await isOpen(session.secret, fixture)
            #expect(isStillOpen)
            fixture.advance(seconds: 1)
            let isOver = try await isOpen(session.secret, fixture)
            #expect(!isOver)
        }
    }

    @Test func `sessions, their use and the accounts outlive a restart`() async throws {
        try await run { fixture, session in
            fixture.advance(seconds: 1_000)
            let opens = try await isOpen(session.secret, fixture)
            #expect(opens)
            try await fixture.close()
            try await fixture.open()
            fixture.advance(seconds: 1_000)
            let opensAgain = try await isOpen(session.secret, fixture)
            #expect(opensAgain)
            _ = try await signIn(fixture).get()
        }
    }

    @Test func `signing out ends this session, now and after a restart, and no other`() async throws {
        try await run { fixture, session in
            let other = try await signIn(fixture).get()
            try await fixture.broker.signOut(session.person, fixture.context())
            for _ in 0..<2 {
                let isSignedOutOpen = try await isOpen(session.secret, fixture)
                #expect(!isSignedOutOpen)
                let isOtherOpen = try await isOpen(other.secret, fixture)
                #expect(isOtherOpen)
                try await fixture.close()
                try await fixture.open()
            }
        }
    }

    @Test func `a new password ends all other sessions and the old password`() async throws {
        try await run { fixture, session in
            let other = try await signIn(fixture).get()
            let wrong = await #expect(throws: HallpassError.self) {
                try await fixture.broker.changePassword(
                    from: "wrong password", to: "short grass in june", of: session.person, fixture.context())
            }
            #expect(wrong?.details.first?.path == "/current")
            try await fixture.broker.changePassword(
                from: Self.password, to: "short grass in june", of: session.person, fixture.context())
            let isOwnOpen = try await isOpen(session.secret, fixture)
            #expect(isOwnOpen)
            let isOtherOpen = try await isOpen(other.secret, fixture)
            #expect(!isOtherOpen)
            let old = try await signIn(fixture).refusal
            #expect(old == .invalidClient)
            _ = try await signIn(fixture, "short grass in june").get()
            let record = try await fixture.audit(.platform).first { $0["event"]?.stringValue == "password_change" }
            #expect(record?["count"]?.integerValue == 1)
        }
    }

    @Test func `one of one's sessions can be ended by its name, and nobody else's`() async throws {
        try await run { fixture, session in
            let other = try await signIn(fixture).get()
            #expect(fixture.broker.sessions(of: session.person).count == 2)
            try await fixture.broker.endSession(other.person.session.id, of: session.person, fixture.context())
            let isOtherOpen = try await isOpen(other.secret, fixture)
            #expect(!isOtherOpen)
            await #expect(throws: HallpassError.notFound) {
                try await fixture.broker.endSession(other.person.session.id, of: session.person, fixture.context())
            }
        }
    }

    @Test func `who begins more sessions than one may have loses the one used least recently`() async throws {
        try await run { fixture, first in
            for _ in 0..<Limits.sessionsPerAccount {
                fixture.advance(seconds: 1)
                _ = try await signIn(fixture).get()
            }
            #expect(fixture.broker.sessions(of: first.person).count == Limits.sessionsPerAccount)
            let opens = try await isOpen(first.secret, fixture)
            #expect(!opens)
        }
    }

    @Test func `a password hashed at an old cost is hashed anew when it is known again`() async throws {
        try await run { fixture, _ in
            try await fixture.close()
            let cost = try BrokerFixture.cost(log2N: 5)
            try await fixture.open(passwordCost: cost)
            _ = try await signIn(fixture, "wrong password")
            #expect(fixture.broker.directory.account(Self.root)?.password?.cost != cost)
            _ = try await signIn(fixture).get()
            #expect(fixture.broker.directory.account(Self.root)?.password?.cost == cost)
            _ = try await signIn(fixture).get()
        }
    }

    @Test func `what is over is swept away, and nothing else`() async throws {
        try await run { fixture, session in
            fixture.advance(seconds: Limits.sessionIdleSeconds - 1)
            let kept = try await signIn(fixture).get()
            let early = try await fixture.broker.sweepSessions()
            #expect(early == 0)
            fixture.advance(seconds: 1)
            let swept = try await fixture.broker.sweepSessions()
            #expect(swept == 1)
            #expect(fixture.broker.sessions(of: session.person).map(\.digest) == [kept.person.session.digest])
            let counts = try HallpassDatabase.inspect(
                path: fixture.folder.appending(path: "hallpass.sqlite").path
            ).rowCounts
            #expect(counts.first { $0.table == "admin_session" }?.count == 1)
        }
    }
}
