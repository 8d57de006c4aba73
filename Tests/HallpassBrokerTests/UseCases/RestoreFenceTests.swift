import Foundation
import HallpassCore
import HallpassStorage
import StrictJSON
import Synchronization
import Testing

@testable import HallpassBroker

extension BrokerFixture {
    var path: String { folder.appending(path: "hallpass.sqlite").path }

    /// Does something that a copy from before does not know of, and starts on that copy.
    func restore(losing lost: () async throws -> Void) async throws {
        let copy = path + ".copy"
        _ = try HallpassDatabase.backUp(
            path: path, to: copy, overwriting: false, nowSeconds: milliseconds.withLock { $0 / 1_000 })
        try await lost()
        advance(seconds: 1)
        try await close()
        _ = try HallpassDatabase.restore(
            from: copy, to: path, nowSeconds: milliseconds.withLock { $0 / 1_000 }, checkKeys: { _ in })
        try await open()
    }
}

struct RestoreFenceTests {
    private func roots(_ fixture: BrokerFixture) async throws -> Int {
        try await fixture.broker.registryStore.sealedKeys("acme").count { $0.kind == .root }
    }

    @Test func `no token from before a restore is accepted, used since or not, and new ones are`() async throws {
        try await BrokerFixture.run { fixture in
            let used = try await fixture.token().text
            let unused = try await fixture.token().text
            let revoked = try await fixture.token()
            var lost: MintedToken?
            try await fixture.restore {
                #expect(try await fixture.verify(used).refusal == nil)
                _ = try await fixture.broker.revoke(
                    .token, id: revoked.claims.id.text, reason: "r", by: fixture.security(), fixture.context())
                lost = try await fixture.token()
            }
            for token in [used, unused, revoked.text, try #require(lost).text] {
                #expect(try await fixture.verify(token).refusal?.code == .unknownKey)
                #expect(try await fixture.isActive(token) == false)
            }
            let fresh = try await fixture.token()
            #expect(fresh.claims.sequence > Limits.restoreSequenceGap)
            #expect(try await fixture.verify(fresh.text).refusal == nil)
            // Nobody has a leaked key: what the copy does not know is no alarm.
            #expect(fixture.alarms.withLock { $0.map { $0.contains("never issued") } } == [false])
        }
    }

    /// Either alone would do: the keys are new, and here they are given back.
    @Test func `the cutoff ends the tokens also where a key came back`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token()
            try await fixture.restore {}
            let cutoffs = try fixture.client("crm-server").snapshot.revocations
            #expect(cutoffs.revokes(sequence: token.claims.sequence) { $0 == .tenant ? ["acme"] : [] })
            let fresh = try await fixture.token()
            #expect(!cutoffs.revokes(sequence: fresh.claims.sequence) { $0 == .tenant ? ["acme"] : [] })
        }
    }

    @Test func `every tenant's audit says that it was fenced, and its chain holds`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await fixture.token()
            _ = try await fixture.token()
            try await fixture.restore { _ = try await fixture.token() }
            for tenant: TenantID in ["acme", "globex", .platform] {
                let record = try #require(try await fixture.audit(tenant).last)
                #expect(record["event"] == "restore_fence" && record["target"] == .string("tenant \(tenant)"))
                #expect(record["reason"] == "the database is a copy of 2026-11-20T23:12:15Z")
                #expect(record["count"] == (tenant == "acme" ? 2 : 0))
            }
            let listed = try await fixture.broker.revocations(
                before: nil, limit: 10, by: fixture.admin())
            #expect(listed.map(\.cutoff.dimension) == [.tenant])
            #expect(fixture.alarms.withLock { $0.count } == 1)
        }
    }

    @Test func `a fence stands once, and not after a start that nothing was restored before`() async throws {
        try await BrokerFixture.run { fixture in
            try await fixture.restore {}
            let token = try await fixture.token().text
            try await fixture.close()
            try await fixture.open()
            #expect(try await fixture.verify(token).refusal == nil)
            #expect(try await fixture.audit().count { $0["event"] == "restore_fence" } == 1)
        }
    }

    /// A root sealed under the wrong key would lock the tenant out of its own database.
    @Test func `another key file changes nothing, and the right one fences afterwards`() async throws {
        try await BrokerFixture.run { fixture in
            try await fixture.restore {}
            let count = try await roots(fixture)
            try await fixture.close()
            try FileManager.default.removeItem(atPath: fixture.path + ".mark")
            await #expect(throws: StartError.self) {
                try await fixture.open(keyEncryptionKey: [UInt8](repeating: 1, count: 32))
            }
            try await fixture.close()
            try await fixture.open()
            #expect(try await roots(fixture) == count + 1)
            #expect(try await fixture.audit().count { $0["event"] == "restore_fence" } == 2)
        }
    }

    @Test func `a call in flight when the copy was made has an unknown outcome, one that was reported is replayed`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            let reported = try await call(fixture, key: "reported")
            _ = try await fixture.broker.report(
                .result(["note_id": 7]), of: reported, by: fixture.client("crm-server"), fixture.context())
            let flying = try await call(fixture, key: "flying")
            try await fixture.restore {}
            #expect(try await retry(fixture, key: "flying").refusal?.code == .outcomeUnknown)
            guard case .replay = try await retry(fixture, key: "reported").get() else { throw UnexpectedReplay() }
            // The server may have done it all the same, and can still say so.
            let said = try await fixture.broker.report(
                .result(["note_id": 8]), of: flying, by: fixture.client("crm-server"), fixture.context())
            #expect(said.refusal == nil)
        }
    }

    private func retry(_ fixture: BrokerFixture, key: String) async throws -> Result<VerifyAnswer, Refusal> {
        try await fixture.ask(try await fixture.token().text, key: key)
    }

    private func call(_ fixture: BrokerFixture, key: String) async throws -> CallID {
        guard case .execute(let execution) = try await retry(fixture, key: key).get() else { throw UnexpectedReplay() }
        return execution.callID
    }

    @Test func `sessions and one-time links from before are gone`() async throws {
        try await BrokerFixture.run { fixture in
            let link = try await fixture.broker.inviteFirstAdmin(fixture.context())
            var session: String?
            try await fixture.restore {
                session = try await fixture.broker.setUp(
                    token: link.token, username: "root", password: SignInTests.password, userAgent: nil,
                    fixture.context()
                ).secret
            }
            await #expect(throws: HallpassError.invalidClient) {
                _ = try await fixture.broker.setUp(
                    token: link.token, username: "root", password: SignInTests.password, userAgent: nil,
                    fixture.context())
            }
            await #expect(throws: HallpassError.invalidClient) {
                _ = try await fixture.broker.authenticate(session: #require(session))
            }
        }
    }
}
