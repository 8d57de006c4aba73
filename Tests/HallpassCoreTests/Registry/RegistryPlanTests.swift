import HallpassCore
import StrictJSON
import Testing

struct `A registry plan` {
    private func plan(
        _ current: TenantRegistry, _ texts: [String], prune: Bool = false, keeping: Set<ResourceKey> = []
    ) throws -> RegistryPlan {
        try RegistryPlan.make(current: current, documents: texts.map(read), prune: prune, keeping: keeping)
    }

    @Test func `creates in order of dependence, whatever the order of the documents`() throws {
        let empty = TenantRegistry(tenant: Tenant(id: "acme"))
        let plan = try plan(empty, RegistryText.everything.reversed())
        #expect(
            plan.lines == [
                "+ tenant acme", "+ environment dev", "+ environment prod", "+ connector crm-mcp",
                "+ deployment crm-mcp@prod", "+ grant alice-crm", "+ client ci", "+ client crm-server", "+ client gate",
            ])
        #expect(plan.result.revision == 1)
        #expect(try plan.result == .acme())
    }

    @Test func `of what is there already is empty and makes no revision`() throws {
        let current = try TenantRegistry.acme()
        for prune in [false, true] {
            let plan = try plan(current, RegistryText.everything, prune: prune)
            #expect(plan.isEmpty)
            #expect(plan.lines == [])
            #expect(plan.result == current)
        }
    }

    @Test func `names the members that change`() throws {
        let card = try changed(
            changed(RegistryText.card, "/auth/scopes", to: #"["contacts:delete", "contacts:read", "notes:write"]"#),
            "/tools_allow", to: #"["find_contact"]"#)
        let connector = try changed(
            changed(RegistryText.connector, "/tools/1/input_schema/properties/body/maxLength", to: "10"),
            "/tools/1/input_schema/properties/\\u001b[2J", to: "{}")
        let plan = try plan(.acme(), [card, connector])
        #expect(
            plan.lines == [
                "~ connector crm-mcp  tools/add_note/input_schema",
                "~ deployment crm-mcp@prod  auth/scopes tools_allow",
            ])
        #expect(plan.result.revision == 2)
        #expect(
            try plan.json
                == json(
                    #"""
                    {"revision": 2, "changes": [
                      {"op": "update", "kind": "Connector", "name": "crm-mcp", "fields": [
                        "/tools/add_note/input_schema/properties/body/maxLength",
                        "/tools/add_note/input_schema/properties/\\u001b[2J"]},
                      {"op": "update", "kind": "Deployment", "name": "crm-mcp@prod",
                       "fields": ["/auth/scopes", "/tools_allow"]}]}
                    """#))
    }

    @Test func `sees that a text changed to another that only looks the same`() throws {
        let current = try TenantRegistry([changed(RegistryText.dev, "/description", to: "\"caf\u{E9}\"")])
        let plan = try plan(current, [changed(RegistryText.dev, "/description", to: "\"cafe\u{301}\"")])
        #expect(plan.lines == ["~ environment dev  description"])
    }

    @Test func `prunes what is not named, last and against the order of dependence`() throws {
        let plan = try plan(.acme(), [RegistryText.tenant, #"{"kind": "Environment", "id": "new"}"#], prune: true)
        #expect(
            plan.lines == [
                "+ environment new", "- client gate", "- client crm-server", "- client ci", "- grant alice-crm",
                "- deployment crm-mcp@prod", "- connector crm-mcp", "- environment prod", "- environment dev",
            ])
        #expect(
            plan.json.objectValue?["changes"]?.arrayValue?[1] == [
                "op": "delete", "kind": "Client", "name": "gate", "fields": [],
            ])
    }

    @Test func `prunes neither the tenant nor what it is told to keep`() throws {
        let plan = try plan(.acme(), [], prune: true, keeping: [ResourceKey("client ci")])
        #expect(!plan.lines.contains("- client ci"))
        #expect(!plan.lines.contains("- tenant acme"))
        #expect(plan.result.tenant.displayName == "Acme Ltd")
        #expect(plan.result.clients.keys.map(\.rawValue) == ["ci"])
    }

    @Test func `does not prune what a document still needs`() throws {
        let texts = RegistryText.everything.filter { $0 != RegistryText.prod }
        let error = #expect(throws: RegistryViolations.self) { try plan(.acme(), texts, prune: true) }
        #expect(error?.violations.map(\.key?.text) == ["deployment crm-mcp@prod"])
        #expect(error?.violations.map(\.violation.path) == ["/environment"])
        #expect(error?.violations.map(\.document) == [texts.firstIndex(of: RegistryText.card)])
    }

    @Test func `refuses one name twice, a foreign tenant and loose ends together, each with its document`() throws {
        let foreign = #"{"kind": "Tenant", "id": "other"}"#
        let loose = try changed(RegistryText.grant, "/environment", to: "\"dev\"")
        let error = #expect(throws: RegistryViolations.self) {
            try plan(.acme(), [loose, RegistryText.dev, foreign, RegistryText.dev])
        }
        #expect(
            error?.violations.map { "\($0.document ?? -1) \($0.violation.path) \($0.violation.rule)" } == [
                "0 /environment reference", "2 /id tenant", "3  unique",
            ])
    }

    @Test func `tells what a document breaks elsewhere`() throws {
        let connector = try changed(RegistryText.connector, "/tools/0/name", to: "\"look_up\"")
        let error = #expect(throws: RegistryViolations.self) { try plan(.acme(), [connector]) }
        #expect(error?.violations.map(\.key?.text) == ["deployment crm-mcp@prod", "grant alice-crm"])
        #expect(error?.violations.map(\.document) == [nil, nil])
        let answer = error?.error { JSONPointer(tokens: ["documents", String($0)]) }
        #expect(answer?.code == .invalidRequest)
        #expect(answer?.details.map(\.path) == ["", ""])
        #expect(
            answer?.details.first?.message
                == "would break deployment crm-mcp@prod /tools_allow, which has find_contact, which is not a tool of "
                + "connector crm-mcp")
    }

    @Test func `puts a violation where the request has the document`() throws {
        let error = #expect(throws: RegistryViolations.self) {
            try plan(.acme(), [RegistryText.dev, changed(RegistryText.server, "/deployments/0", to: "\"a@b\"")])
        }
        let answer = error?.error { JSONPointer(tokens: ["documents", String($0)]) }
        #expect(answer?.details.map(\.path) == ["/documents/1/deployments"])
    }

    @Test func `brings an earlier registry back`() throws {
        let earlier = try TenantRegistry.acme()
        let later = try plan(earlier, [RegistryText.tenant, RegistryText.dev], prune: true).result
        let restored = try RegistryPlan.make(current: later, documents: earlier.resources, prune: true).result
        #expect(restored.resources == earlier.resources)
        #expect(restored.revision == 3)
    }
}

struct `A plan for one resource` {
    @Test func `adds or replaces it`() throws {
        let plan = try RegistryPlan.put(read(#"{"kind": "Environment", "id": "qa"}"#), into: .acme())
        #expect(plan.lines == ["+ environment qa"])
        #expect(plan.result.revision == 2)
        let same = try RegistryPlan.put(read(RegistryText.dev), into: .acme())
        #expect(same.isEmpty)
        #expect(same.result.revision == 1)
    }

    @Test func `registers the tenant with the first of its resources`() throws {
        let empty = TenantRegistry(tenant: Tenant(id: "acme", displayName: "Acme"))
        let plan = try RegistryPlan.put(read(RegistryText.dev), into: empty)
        #expect(plan.lines == ["+ tenant acme", "+ environment dev"])
        #expect(plan.result.tenant.displayName == "Acme")
        #expect(plan.result.revision == 1)
    }

    @Test func `is refused with paths into the document, and in words for what else it would break`() throws {
        let grant = try read(changed(RegistryText.grant, "/scopes", to: "[\"admin\"]"))
        let error = #expect(throws: HallpassError.self) { try RegistryPlan.put(grant, into: .acme()) }
        #expect(error?.details.map(\.path) == ["/scopes"])
        let card = try read(changed(changed(RegistryText.card, "/auth/scopes/1", to: nil), "/tools_allow/1", to: nil))
        let other = #expect(throws: HallpassError.self) { try RegistryPlan.put(card, into: .acme()) }
        #expect(
            other?.details.map(\.message) == [
                "would break grant alice-crm /scopes, which has notes:write, which deployment crm-mcp@prod does not have"
            ])
    }

    @Test(arguments: [
        ("environment prod", ["deployment crm-mcp@prod", "grant alice-crm", "client crm-server"]),
        ("connector crm-mcp", ["deployment crm-mcp@prod", "grant alice-crm", "client crm-server"]),
        ("deployment crm-mcp@prod", ["grant alice-crm", "client crm-server"]),
    ])
    func `does not delete what is in use, and says by what`(name: String, users: [String]) throws {
        let current = try TenantRegistry.acme()
        #expect(throws: HallpassError.inUse(by: users)) {
            try RegistryPlan.delete(ResourceKey(name), from: current, cascade: false)
        }
        let cascaded = try RegistryPlan.delete(ResourceKey(name), from: current, cascade: true)
        #expect(Set(cascaded.lines) == Set((users + [name]).map { "- \($0)" }))
        #expect(cascaded.result.revision == 2)
        #expect(RegistryValidation.violations(in: cascaded.result) == [])
    }

    @Test(arguments: ["environment dev", "grant alice-crm", "client ci", "client crm-server"])
    func `deletes what nothing uses`(name: String) throws {
        for cascade in [false, true] {
            #expect(try RegistryPlan.delete(ResourceKey(name), from: .acme(), cascade: cascade).lines == ["- \(name)"])
        }
    }

    @Test func `takes from a client only the deployments that go`() throws {
        let texts = try [
            changed(RegistryText.card, "/environment", to: "\"dev\""),
            changed(RegistryText.server, "/deployments", to: #"["crm-mcp@dev", "crm-mcp@prod"]"#),
        ]
        let current = try TenantRegistry(RegistryText.everything + texts)
        let plan = try RegistryPlan.delete(ResourceKey("environment dev"), from: current, cascade: true)
        #expect(
            plan.lines == [
                "~ client crm-server  deployments", "- deployment crm-mcp@dev", "- environment dev",
            ])
        #expect(plan.result.clients["crm-server"]?.kind == .mcpServer(deployments: ["crm-mcp@prod"]))
        #expect(plan.result.grants.count == 1)
    }

    @Test func `deletes neither what is not there nor the tenant`() throws {
        for name in ["environment qa", "connector x", "deployment crm-mcp@dev", "grant x", "client x", "tenant other"] {
            #expect(throws: HallpassError.notFound) {
                try RegistryPlan.delete(ResourceKey(name), from: .acme(), cascade: true)
            }
        }
        let error = #expect(throws: HallpassError.self) {
            try RegistryPlan.delete(ResourceKey("tenant acme"), from: .acme(), cascade: true)
        }
        #expect(error?.code == .invalidRequest)
    }

    @Test func `names twenty users at most`() throws {
        var current = try TenantRegistry.acme()
        for number in 10..<40 {
            let id = try #require(GrantID("g\(number)"))
            current.put(.grant(Grant(id: id, subject: .user("bob"), deployment: "crm-mcp@prod", scopes: .empty)))
        }
        let error = #expect(throws: HallpassError.self) {
            try RegistryPlan.delete(ResourceKey("deployment crm-mcp@prod"), from: current, cascade: false)
        }
        guard case .inUse(let users) = error else { return }
        #expect(users.count == 21)
        #expect(users.last == "12 more")
    }
}
