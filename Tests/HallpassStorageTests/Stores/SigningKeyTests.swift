import GRDB
import HallpassCore
import Testing

@testable import HallpassStorage

struct SigningKeyTests {
    private func withKeys(_ body: (Storage) async throws -> Void) async throws {
        try await Storage.with(tenants: []) { storage in
            let changes = try RegistryFixture.registry().resources.map { RegistryChange(before: nil, after: $0) }
            let keys = [try RegistryFixture.key(1), try RegistryFixture.key(2, "billing-mcp@dev")]
            try await storage.commit(changes, expecting: 0, keys: keys)
            try await body(storage)
        }
    }

    private func states(_ storage: Storage) async throws -> [[UInt8]: SigningKey.State] {
        let keys = try await storage.registry.signingKeys(
            Fixture.acme, state: nil, after: nil, limit: 500, nowSeconds: Fixture.now)
        return keys.reduce(into: [:]) { $0[[$1.key.id.bytes[0]]] = $1.key.state }
    }

    /// The second new key has the name of one that is there, so the rotation fails after it has done half of its work.
    @Test func `a rotation that fails half-way leaves every deployment its one signing key`() async throws {
        try await withKeys { storage in
            let rotation = RegistryFixture.rotation([
                try RegistryFixture.key(3), try RegistryFixture.key(1, "billing-mcp@dev"),
            ])
            await #expect(throws: HallpassError.self) {
                try await storage.registry.rotate(rotation, audit: Fixture.auditEntry(.keyRotate))
            }
            #expect(try await states(storage) == [[1]: .active, [2]: .active])
        }
    }

    @Test func `a deployment without a signing key cannot be given another`() async throws {
        try await withKeys { storage in
            let rotation = RegistryFixture.rotation([try RegistryFixture.key(3, "crm-mcp@dev")])
            await #expect(throws: HallpassError.revisionConflict) {
                try await storage.registry.rotate(rotation, audit: Fixture.auditEntry(.keyRotate))
            }
        }
    }

    @Test func `SQLite itself refuses a second signing key, and an active one that is on its way out`() async throws {
        try await withKeys { storage in
            for sql in [
                "UPDATE signing_key SET connector_id = 'crm-mcp', environment_id = 'prod'",
                "UPDATE signing_key SET retires_at = 1",
                "UPDATE signing_key SET last_sequence = 1",
                "UPDATE signing_key SET compromised_at = 1",
            ] {
                #expect(throws: DatabaseError.self) {
                    try storage.database.pool.write { try $0.execute(sql: sql) }
                }
            }
        }
    }

    @Test func `keys are listed by state and by page`() async throws {
        try await withKeys { storage in
            try await storage.registry.rotate(
                RegistryFixture.rotation([try RegistryFixture.key(3)]), audit: Fixture.auditEntry(.keyRotate))
            #expect(try await states(storage) == [[1]: .verifyOnly, [2]: .active, [3]: .active])
            let active = try await storage.registry.signingKeys(
                Fixture.acme, state: .active, after: try RegistryFixture.key(2).id, limit: 1, nowSeconds: Fixture.now)
            #expect(active.map(\.key.id) == [try RegistryFixture.key(3).id])
            #expect(active.map(\.outstandingTokens) == [0])
        }
    }

    /// As a server that dies on the way leaves it: all or nothing, and the next start finds the fence still due.
    @Test func `a fence that cannot be finished leaves everything as it was, and due`() async throws {
        try await withKeys { storage in
            try await storage.ledger.transact { try RestoreFence.raise(.copy, copiedAt: Fixture.now, $0.db) }
            let cutoff = RevocationCutoff(
                dimension: .tenant, id: "acme", cutoff: storage.ledger.nextSequence(), createdAt: Fixture.now)
            let summary = RevocationSummary(cutoff: cutoff, author: "restore", reason: "r")
            func fence(_ keys: [SigningKeyRow]) -> TenantFence {
                let root = SealedKeyRow(tenant: Fixture.acme, version: 2, sealed: [2], createdAt: Fixture.now)
                return TenantFence(tenant: Fixture.acme, root: root, keys: keys, cutoff: summary)
            }
            // One key has the name of one that is there.
            let broken = fence([try RegistryFixture.key(3), try RegistryFixture.key(1, "billing-mcp@dev")])
            await #expect(throws: HallpassError.self) {
                try await storage.registry.cutOff([broken], nowSeconds: Fixture.now) { _, _ in
                    Fixture.auditEntry(.restoreFence)
                }
            }
            #expect(try await states(storage) == [[1]: .active, [2]: .active])
            #expect(try await storage.database.restoreFence()?.cause == .copy)
            let whole = fence([try RegistryFixture.key(3), try RegistryFixture.key(4, "billing-mcp@dev")])
            _ = try await storage.registry.cutOff([whole], nowSeconds: Fixture.now) { _, _ in
                Fixture.auditEntry(.restoreFence)
            }
            #expect(try await states(storage) == [[1]: .retired, [2]: .retired, [3]: .active, [4]: .active])
            #expect(try await storage.database.restoreFence() == nil)
        }
    }
}
