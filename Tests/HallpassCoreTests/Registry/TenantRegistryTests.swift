import HallpassCore
import Testing

struct `A tenant registry` {
    @Test func `gives back what was put and forgets what is removed`() throws {
        var registry = TenantRegistry(tenant: Tenant(id: "acme"))
        for text in RegistryText.everything {
            let resource = try read(text)
            registry.put(resource)
            #expect(registry.resource(resource.key) == resource)
        }
        for resource in registry.resources {
            registry.remove(resource.key)
            #expect((registry.resource(resource.key) == nil) == (resource.key.kind != .tenant))
        }
        #expect(registry.resources.map(\.key.text) == ["tenant acme"])
    }

    @Test func `lists everything in order of dependence and then of name`() throws {
        #expect(
            try TenantRegistry.acme().resources.map(\.key.text) == [
                "tenant acme", "environment dev", "environment prod", "connector crm-mcp", "deployment crm-mcp@prod",
                "grant alice-crm", "client ci", "client crm-server", "client gate",
            ])
    }

    @Test(arguments: ["environment No!", "connector ", "deployment crm-mcp", "tenant other"])
    func `has nothing under a name that is no name`(text: String) throws {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        let kind = try #require(ResourceKind.allCases.first { $0.rawValue.lowercased() == parts[0] })
        #expect(try TenantRegistry.acme().resource(ResourceKey(kind: kind, name: String(parts[1]))) == nil)
    }
}
