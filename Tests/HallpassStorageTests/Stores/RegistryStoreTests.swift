import GRDB
import HallpassCore
import HallpassCrypto
import Testing

@testable import HallpassStorage

struct RegistryStoreTests {
    @Test func `what is committed is loaded again, every member of it`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            try await storage.commitAll(tenant: Fixture.globex)
            var expected = try RegistryFixture.registry()
            expected.revision = 1
            let loaded = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(loaded?.registry == expected)
            #expect(loaded?.rootKeys.map(\.sealed) == [[1, 2, 3]])
            let tenants = try await storage.registry.tenants()
            let all = try await storage.registry.loadAll(nowSeconds: Fixture.now)
            #expect(tenants == [Fixture.acme, Fixture.globex])
            #expect(all.map(\.registry.tenant.id) == tenants)
            #expect(all.first?.registry == expected)
            let nobody = try await storage.registry.load(Fixture.tenant("nobody"), nowSeconds: Fixture.now)
            #expect(nobody == nil)
        }
    }

    /// So many that they are read on several connections, each a part of the names.
    @Test func `every tenant is loaded once, with what is its own, however many there are`() async throws {
        let names = (0..<120).map { Fixture.tenant("company-\($0)") }
        try await Storage.with(tenants: names) { storage in
            for name in names {
                let environment = Environment(id: try #require(EnvironmentID(name.rawValue)))
                try await storage.commit(
                    [RegistryChange(before: nil, after: .environment(environment))], expecting: 1, tenant: name)
            }
            let all = try await storage.registry.loadAll(nowSeconds: Fixture.now)
            #expect(all.map(\.registry.tenant.id) == names.sorted())
            for stored in all {
                #expect(stored.registry.environments.keys.map(\.rawValue) == [stored.registry.tenant.id.rawValue])
            }
        }
    }

    @Test func `a commit on an old revision changes nothing`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            let change = RegistryChange(
                before: nil, after: .environment(Environment(id: try #require(EnvironmentID("staging")))))
            for stale: Int64 in [0, 2] {
                await #expect(throws: HallpassError.revisionConflict) {
                    try await storage.commit([change], expecting: stale)
                }
            }
            let loaded = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(loaded?.registry.revision == 1)
            #expect(loaded?.registry.environments.count == 2)
            let records = try await storage.audit.count(Fixture.acme)
            #expect(records == 1)
        }
    }

    @Test func `of many commits on one revision one wins`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            let outcomes = await withTaskGroup(of: HallpassError?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do throws(HallpassError) {
                            try await storage.commit([], expecting: 1)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.reduce(into: [HallpassError?]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.filter { $0 == .revisionConflict }.count == 19)
        }
    }

    @Test func `a registry can be emptied in one change, and filled again`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            let resources = try RegistryFixture.resources()
            try await storage.commit(resources.map { RegistryChange(before: $0, after: nil) }, expecting: 1)
            let empty = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(empty?.registry.resources.count == 1)
            try await storage.commit(resources.map { RegistryChange(before: nil, after: $0) }, expecting: 2)
            let full = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(full?.registry.resources == (try RegistryFixture.registry().resources))
        }
    }

    @Test func `connectors trade resources, and servers let go of what is removed, in one change`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            let before = try RegistryFixture.registry()
            let crm = try RegistryFixture.crm()
            let billing = try RegistryFixture.connector("billing-mcp", resource: "https://billing.example")
            let server = try #require(before.clients[RegistryFixture.client("crm-server")])
            let newCRM = Connector(id: crm.id, resource: billing.resource, tools: [])
            let newBilling = Connector(id: billing.id, resource: crm.resource, tools: crm.tools)
            let newServer = Client(id: server.id, kind: .mcpServer(deployments: [try Fixture.deployment()]))
            let gone = try RegistryFixture.deployment("billing-mcp@dev", tools: nil)
            try await storage.commit(
                [
                    RegistryChange(before: .connector(crm), after: .connector(newCRM)),
                    RegistryChange(before: .connector(billing), after: .connector(newBilling)),
                    RegistryChange(before: .client(server), after: .client(newServer)),
                    RegistryChange(before: .deployment(gone), after: nil),
                ], expecting: 1)
            let loaded = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)?.registry
            #expect(loaded?.connectors == [crm.id: newCRM, billing.id: newBilling])
            #expect(loaded?.clients[server.id] == newServer)
            #expect(loaded?.deployments.count == 1)
        }
    }

    @Test func `a change that would leave a reference dangling is refused whole`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            let deployment = try RegistryFixture.deployment("crm-mcp@prod", tools: ["find_contact", "add_note"])
            await #expect(throws: HallpassError.internal) {
                try await storage.commit([RegistryChange(before: .deployment(deployment), after: nil)], expecting: 1)
            }
            let loaded = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(loaded?.registry.revision == 1)
        }
    }

    @Test func `removing a deployment retires its keys, and only those`() async throws {
        try await Storage.with(tenants: []) { storage in
            let changes = try RegistryFixture.registry().resources.map { RegistryChange(before: nil, after: $0) }
            let dev = try RegistryFixture.key(2, "billing-mcp@dev")
            try await storage.commit(changes, expecting: 0, keys: [RegistryFixture.key(1), dev])
            try await storage.registry.rotate(
                try RegistryFixture.rotation([RegistryFixture.key(3)]), audit: Fixture.auditEntry(.keyRotate))
            let before = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(before?.signingKeys.count == 3)
            var removed = try RegistryFixture.registry().grants.values.map {
                RegistryChange(before: .grant($0), after: nil)
            }
            let server = try #require(try RegistryFixture.registry().clients[RegistryFixture.client("crm-server")])
            removed.append(RegistryChange(before: .client(server), after: nil))
            let deployment = try #require(try RegistryFixture.registry().deployments[Fixture.deployment()])
            removed.append(RegistryChange(before: .deployment(deployment), after: nil))
            try await storage.commit(removed, expecting: 1)
            let after = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(after?.signingKeys.map(\.id) == [dev.id])
            try await storage.commit(
                [RegistryChange(before: nil, after: .deployment(deployment))], expecting: 2,
                keys: [RegistryFixture.key(4)])
            let again = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(again?.signingKeys.count == 2)
        }
    }

    @Test func `cutoffs are loaded while a token may be old enough for them`() async throws {
        try await Storage.with { storage in
            _ = try await storage.ledger.revoke(.actor, "alice")
            let reach = Limits.tokenLifetimeSeconds.upperBound + Limits.tokenRetentionSeconds
            for (now, count) in [(Fixture.now, 1), (Fixture.now + reach, 1), (Fixture.now + reach + 1, 0)] {
                let loaded = try await storage.registry.load(Fixture.acme, nowSeconds: now)
                #expect(loaded?.cutoffs.count == count)
            }
        }
    }

    @Test func `a commit's audit record tells its revision and stands in the chain`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            try await storage.commit([], expecting: 1)
            let records = try await storage.audit.records(Fixture.acme, limit: 10)
            #expect(
                records.map { String(decoding: $0.canonical, as: UTF8.self).contains(#""revision":2"#) } == [
                    false, true,
                ])
            let found = try await storage.chainBreak(Fixture.acme)
            #expect(found == nil)
        }
    }

    @Test func `the newest root key is the one to derive from`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            let version = try await storage.registry.rootKeyVersion(Fixture.acme)
            #expect(version == 1)
            await #expect(throws: HallpassError.notFound) {
                try await storage.registry.rootKeyVersion(Fixture.globex)
            }
        }
    }
}
