import HallpassCore
import Testing

@testable import HallpassStorage

struct RegistryHistoryTests {
    @Test func `every revision can be put together again`() async throws {
        try await Storage.with(tenants: []) { storage in
            var registry = try RegistryFixture.registry()
            var past: [TenantRegistry] = []
            try await storage.commitAll()
            registry.revision = 1
            past.append(registry)
            let dev = Environment(id: try #require(EnvironmentID("dev")))
            let steps: [RegistryChange] = [
                RegistryChange(
                    before: .environment(dev), after: .environment(Environment(id: dev.id, description: "Play"))),
                RegistryChange(
                    before: .grant(
                        try RegistryFixture.grant("support-crm", "group:support", tools: nil, expiresAt: nil)),
                    after: nil),
                RegistryChange(
                    before: .tenant(registry.tenant), after: .tenant(Tenant(id: Fixture.acme, displayName: nil))),
            ]
            for step in steps {
                registry.revision = try await storage.commit([step], expecting: registry.revision)
                if let resource = step.after { registry.put(resource) } else { registry.remove(step.key) }
                past.append(registry)
            }
            for expected in past {
                let found = try await storage.registry.registry(Fixture.acme, asOf: expected.revision)
                #expect(found == expected)
            }
            let current = try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now)
            #expect(current?.registry == past.last)
            for missing: Int64 in [0, 5] {
                let found = try await storage.registry.registry(Fixture.acme, asOf: missing)
                #expect(found == nil)
            }
        }
    }

    @Test func `revisions are listed newest first, a page at a time`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            try await storage.commit([], expecting: 1, summary: "second")
            try await storage.commit([], expecting: 2, summary: "third")
            let first = try await storage.registry.revisions(Fixture.acme, limit: 2)
            let second = try await storage.registry.revisions(Fixture.acme, before: 2, limit: 2)
            #expect(first.map(\.number) == [3, 2])
            #expect(first.map(\.summary) == ["third", "second"])
            #expect(second.map(\.number) == [1])
            #expect(second.first?.changeCount == 12)
            #expect(second.first?.author == "root")
            #expect(second.first?.timeMilliseconds == Fixture.now * 1_000)
            let others = try await storage.registry.revisions(Fixture.globex, limit: 2)
            #expect(others.isEmpty)
        }
    }
}
