import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON
import Synchronization
import Testing

@testable import HallpassBroker

struct KeyEncryptionKeyTests {
    private static let old = [UInt8](repeating: 9, count: 32)
    private static let new = [UInt8](repeating: 10, count: 32)

    private func rotate(_ fixture: BrokerFixture) async throws -> KeyEncryptionReport {
        try await fixture.broker.rotateKeyEncryptionKey(by: fixture.admin(of: .platform), fixture.context())
    }

    /// Three tenants with two keys each: the platform's own, acme and globex.
    @Test func `after a rotation the new key alone opens everything, and the old one nothing`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            fixture.keyEncryptionKeys.withLock { $0 = [Self.new, Self.old] }
            let report = try await rotate(fixture)
            #expect((report.resealed, report.underNewest, report.underOlder) == (6, 6, 0))
            #expect(fixture.settled.withLock { $0 } == 1)
            #expect(try await fixture.verify(token).refusal == nil)
            try await fixture.close()
            await #expect(throws: StartError.self) { try await fixture.open(keyEncryptionKey: Self.old) }
            try await fixture.close()
            try await fixture.open(keyEncryptionKey: Self.new)
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
            #expect(try await fixture.audit(.platform).last { $0["event"] == "kek_rotate" }?["count"] == 6)
        }
    }

    @Test func `a tenant made while keys change lies under the newest`() async throws {
        try await BrokerFixture.run { fixture in
            fixture.keyEncryptionKeys.withLock { $0 = [Self.new, Self.old] }
            _ = try await rotate(fixture)
            try await fixture.apply([["kind": "Tenant", "id": "initech"]], to: "initech")
            let status = try await fixture.broker.keyEncryptionStatus(by: fixture.admin(of: .platform))
            #expect((status.underNewest, status.underOlder) == (8, 0))
        }
    }

    @Test func `a rotation that stopped half-way opens with both keys and goes on where it stopped`() async throws {
        try await BrokerFixture.run { fixture in
            let both = TenantKeys(
                keyEncryptionKey: SecretBytes(copying: Self.new), older: [SecretBytes(copying: Self.old)])
            let store = fixture.broker.registryStore
            let moved = try await store.sealedKeys("acme").compactMap { row in
                try both.resealed(row.key, as: row.kind == .root ? .root : .data).map {
                    SealedTenantKey(kind: row.kind, key: $0)
                }
            }
            try await store.replaceSealedKeys(moved, of: "acme")
            try await fixture.close()
            fixture.keyEncryptionKeys.withLock { $0 = [Self.new, Self.old] }
            try await fixture.open(keyEncryptionKeys: [Self.new, Self.old])
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
            let status = try await fixture.broker.keyEncryptionStatus(by: fixture.admin(of: .platform))
            #expect((status.underNewest, status.underOlder) == (2, 4))
            let report = try await rotate(fixture)
            #expect((report.resealed, report.underNewest) == (4, 6))
        }
    }

    @Test func `a new key that cannot be read changes nothing and raises an alarm`() async throws {
        try await BrokerFixture.run { fixture in
            fixture.keyEncryptionKeys.withLock { $0 = [] }
            await #expect(throws: HallpassError.unavailable) { try await rotate(fixture) }
            #expect(fixture.alarms.withLock { $0.count } == 1)
            try await fixture.close()
            try await fixture.open()
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
        }
    }

    @Test func `nobody but a platform admin changes it`() async throws {
        try await BrokerFixture.run { fixture in
            let ops = try fixture.admin(as: "ops")
            await #expect(throws: HallpassError.forbidden(needs: "it needs the role platform_admin")) {
                try await fixture.broker.rotateKeyEncryptionKey(by: ops, fixture.context())
            }
            let root = try fixture.admin(of: "acme")
            await #expect(throws: HallpassError.notFound) {
                try await fixture.broker.rotateKeyEncryptionKey(by: root, fixture.context())
            }
        }
    }
}
