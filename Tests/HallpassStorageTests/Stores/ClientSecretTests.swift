import HallpassCore
import Testing

@testable import HallpassStorage

struct ClientSecretTests {
    private func add(_ secret: ClientSecretRow, to storage: Storage) async throws(HallpassError) {
        try await storage.registry.addSecret(
            secret, nowSeconds: Fixture.now, audit: Fixture.auditEntry(.clientSecretIssue))
    }

    @Test func `two secrets live at a time, the third is refused until one is gone`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            let secrets = try ["one", "two", "three"].map { try RegistryFixture.secret($0) }
            try await add(secrets[0], to: storage)
            try await add(secrets[1], to: storage)
            let error = await #expect(throws: HallpassError.self) { try await add(secrets[2], to: storage) }
            #expect(error?.code == .limitReached)
            try await storage.registry.removeSecret(secrets[0], audit: Fixture.auditEntry(.clientSecretRevoke))
            try await add(secrets[2], to: storage)
            let stored = try await storage.registry.secrets(of: secrets[0].client, tenant: Fixture.acme)
            #expect(Set(stored) == Set(secrets[1...]))
            let loaded = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(Set(loaded?.secrets ?? []) == Set(secrets[1...]))
            let records = try await storage.audit.count(Fixture.acme)
            #expect(records == 5)
        }
    }

    @Test(arguments: [(expiresAt: Fixture.now, makesRoom: true), (expiresAt: Fixture.now + 1, makesRoom: false)])
    func `a secret that has expired makes room`(expiresAt: Int64, makesRoom: Bool) async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            try await add(RegistryFixture.secret("one", expiresAt: expiresAt), to: storage)
            try await add(RegistryFixture.secret("two"), to: storage)
            let third = try RegistryFixture.secret("three")
            if makesRoom {
                try await add(third, to: storage)
            } else {
                await #expect(throws: HallpassError.self) { try await add(third, to: storage) }
            }
        }
    }

    @Test func `an unknown client gets no secret, and an unknown secret is not removed`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            let stranger = try RegistryFixture.secret("one", client: "stranger")
            await #expect(throws: HallpassError.notFound) { try await add(stranger, to: storage) }
            await #expect(throws: HallpassError.notFound) {
                try await storage.registry.removeSecret(
                    RegistryFixture.secret("none"), audit: Fixture.auditEntry(.clientSecretRevoke))
            }
            let records = try await storage.audit.count(Fixture.acme)
            #expect(records == 1)
        }
    }

    @Test func `the last use is kept, never goes back, and brings nothing back that is gone`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            let secret = try RegistryFixture.secret("one")
            let gone = try RegistryFixture.secret("gone")
            try await add(secret, to: storage)
            for (row, seconds) in [(secret, 200), (secret, 100), (gone, 100)] as [(ClientSecretRow, Int64)] {
                try await storage.registry.noteUses([
                    SecretUse(tenant: row.tenant, client: row.client, digest: row.digest, lastUsedAt: seconds)
                ])
            }
            let stored = try await storage.registry.secrets(of: secret.client, tenant: Fixture.acme)
            #expect(stored.map(\.digest) == [secret.digest])
            #expect(stored.map(\.lastUsedAt) == [200])
            let loaded = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(loaded?.secrets.map(\.lastUsedAt) == [200])
        }
    }

    @Test func `removing a client removes its secrets`() async throws {
        try await Storage.with(tenants: []) { storage in
            let changes = try RegistryFixture.registry().resources.map { RegistryChange(before: nil, after: $0) }
            try await storage.commit(changes, expecting: 0, secrets: [RegistryFixture.secret("one")])
            let gateway = try #require(try RegistryFixture.registry().clients[RegistryFixture.client("gateway")])
            try await storage.commit([RegistryChange(before: .client(gateway), after: nil)], expecting: 1)
            let stored = try await storage.registry.secrets(of: gateway.id, tenant: Fixture.acme)
            #expect(stored.isEmpty)
        }
    }
}
