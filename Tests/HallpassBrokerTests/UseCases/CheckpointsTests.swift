import HallpassCore
import HallpassCrypto
import HallpassStorage
import Synchronization
import Testing

@testable import HallpassBroker

struct CheckpointsTests {
    private func acme(_ fixture: BrokerFixture) async throws -> [SignedCheckpoint] {
        try await fixture.broker.checkpoints(after: 0, limit: 500, by: fixture.admin(as: "ops"))
    }

    @Test func `a checkpoint names where the chain ends and is signed with the tenant's own key`() async throws {
        try await BrokerFixture.run { fixture in
            let made = try await fixture.broker.checkpointAudit()
            #expect(made.map(\.checkpoint.tenant) == ["acme", "globex", .platform])
            let head = try await fixture.broker.auditHead(by: fixture.admin(as: "ops"))
            let signed = try #require(try await acme(fixture).first)
            #expect(signed == made[0])
            #expect(signed.checkpoint.head == head)
            #expect(signed.checkpoint.timeSeconds == BrokerFixture.start)
            let keys = try await fixture.broker.auditKeys(by: fixture.admin(as: "ops"))
            let others = try await fixture.broker.auditKeys(by: fixture.admin(of: "globex", as: "ops"))
            let key = try #require(keys.first)
            let other = try #require(others.first)
            let isSigned = try (signed.isSigned(by: key), signed.isSigned(by: other))
            #expect(isSigned == (true, false))
        }
    }

    @Test func `a chain that has not grown is not signed again`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await fixture.broker.checkpointAudit()
            #expect(try await fixture.broker.checkpointAudit().isEmpty)
            _ = try await fixture.token()
            #expect(try await fixture.broker.checkpointAudit().map(\.checkpoint.tenant) == ["acme"])
            #expect(try await acme(fixture).count == 2)
        }
    }

    @Test func `the key outlives a restart and a change of the key file`() async throws {
        try await BrokerFixture.run { fixture in
            let new = [UInt8](repeating: 10, count: 32)
            let before = try await fixture.broker.auditKeys(by: fixture.admin(as: "ops"))
            fixture.keyEncryptionKeys.withLock { $0 = [new] + $0 }
            _ = try await fixture.broker.rotateKeyEncryptionKey(by: fixture.admin(of: .platform), fixture.context())
            try await fixture.close()
            try await fixture.open(keyEncryptionKey: new)
            #expect(try await fixture.broker.auditKeys(by: fixture.admin(as: "ops")) == before)
        }
    }

    @Test func `only auditors see them`() async throws {
        try await BrokerFixture.run { fixture in
            let looker = try fixture.admin(as: "looker")
            await #expect(throws: HallpassError.forbidden(needs: "it needs the role auditor")) {
                try await fixture.broker.checkpoints(after: 0, limit: 1, by: looker)
            }
            await #expect(throws: HallpassError.forbidden(needs: "it needs the role auditor")) {
                try await fixture.broker.auditKeys(by: looker)
            }
        }
    }
}
