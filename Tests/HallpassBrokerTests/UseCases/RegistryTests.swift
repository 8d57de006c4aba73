import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON
import Testing

struct RegistryTests {
    private static let alice = ResourceKey(kind: .grant, name: "alice-crm")

    @Test func `applying the same again changes nothing and makes no revision`() async throws {
        try await BrokerFixture.run { fixture in
            let revision = try fixture.broker.registry(by: fixture.admin()).revision
            let answer = try await fixture.apply(BrokerFixture.acme, to: "acme")
            #expect(answer.plan.isEmpty)
            #expect(answer.revision == revision)
            #expect(answer.secrets.isEmpty)
        }
    }

    @Test func `one bad document and nothing changes`() async throws {
        try await BrokerFixture.run { fixture in
            let before = try fixture.broker.registry(by: fixture.admin())
            let documents: [JSONValue] = [
                ["kind": "Environment", "id": "staging"],
                [
                    "kind": "Grant", "id": "x", "subject": "user:x", "connector": "nope", "environment": "prod",
                    "scopes": [],
                ],
            ]
            let error = await #expect(throws: HallpassError.self) { try await fixture.apply(documents, to: "acme") }
            #expect(error?.details.first?.path.hasPrefix("/documents/1/") == true)
            #expect(try fixture.broker.registry(by: fixture.admin()) == before)
        }
    }

    @Test func `a dry run plans and does nothing`() async throws {
        try await BrokerFixture.run { fixture in
            let before = try await fixture.audit().count
            let answer = try await fixture.apply(
                [["kind": "Environment", "id": "staging"]], to: "acme", isDryRun: true)
            #expect(answer.plan.lines == ["+ environment staging"])
            #expect(try fixture.broker.registry(by: fixture.admin()).environments["staging"] == nil)
            #expect(try await fixture.audit().count == before)
        }
    }

    @Test func `pruning never removes the client that asks`() async throws {
        try await BrokerFixture.run { fixture in
            let ops = try fixture.admin(as: "ops")
            _ = try await fixture.broker.apply([], isDryRun: false, prune: true, by: ops, fixture.context())
            let registry = try fixture.broker.registry(by: ops)
            #expect(registry.clients.keys.map(\.rawValue) == ["ops"])
            #expect(registry.connectors.isEmpty)
        }
    }

    @Test func `a change is refused when the thing has changed meanwhile`() async throws {
        try await BrokerFixture.run { fixture in
            let admin = try fixture.admin()
            let grant = try #require(fixture.broker.registry(by: admin).resource(Self.alice))
            let tag = grant.entityTag
            let document = try #require(BrokerFixture.acme.first { $0.objectValue?["id"] == "alice-crm" })
            var narrower = try #require(document.objectValue)
            narrower["scopes"] = ["contacts:read"]
            _ = try await fixture.broker.put(
                .object(narrower), at: Self.alice, if: .matches(tag), by: admin, fixture.context())
            await #expect(throws: HallpassError.revisionConflict) {
                try await fixture.broker.put(document, at: Self.alice, if: .matches(tag), by: admin, fixture.context())
            }
            await #expect(throws: HallpassError.revisionConflict) {
                try await fixture.broker.put(document, at: Self.alice, if: .absent, by: admin, fixture.context())
            }
        }
    }

    @Test func `what is in use stays unless its users go too`() async throws {
        try await BrokerFixture.run { fixture in
            let admin = try fixture.admin()
            let connector = ResourceKey(kind: .connector, name: "crm-mcp")
            let error = await #expect(throws: HallpassError.self) {
                try await fixture.broker.delete(connector, cascade: false, if: .none, by: admin, fixture.context())
            }
            #expect(error?.code == .inUse)
            let token = try await fixture.token().text
            _ = try await fixture.broker.delete(connector, cascade: true, if: .none, by: admin, fixture.context())
            let registry = try fixture.broker.registry(by: admin)
            #expect(registry.deployments["crm-mcp@prod"] == nil)
            #expect(registry.grants["alice-crm"] == nil)
            #expect(registry.clients["crm-server"] == nil)
            let secret = try fixture.secret("crm-server")
            #expect(throws: HallpassError.invalidClient) {
                try fixture.broker.authenticate(id: "crm-server", secret: ClientSecret.digest(of: secret))
            }
            #expect(token.isEmpty == false)
        }
    }

    @Test func `a past revision comes back as a new one, with new keys for what was gone`() async throws {
        try await BrokerFixture.run { fixture in
            let admin = try fixture.admin()
            let before = try fixture.broker.registry(by: admin)
            let token = try await fixture.token().text
            _ = try await fixture.apply([], to: "acme", prune: true)
            let answer = try await fixture.broker.restore(revision: before.revision, by: admin, fixture.context())
            #expect(answer.revision == before.revision + 2)
            let after = try fixture.broker.registry(by: admin)
            #expect(after.resources == before.resources)
            #expect(Set(answer.secrets.keys.map(\.rawValue)) == Set(before.clients.keys.map(\.rawValue)))
            let server = try fixture.broker.authenticate(
                id: "crm-server", secret: ClientSecret.digest(of: try #require(answer.secrets["crm-server"]).text))
            let verified = try await fixture.broker.verify(VerifyCommand(token: token), by: server, fixture.context())
            #expect(verified.refusal == .unknownKey)
        }
    }

    @Test func `every change is a revision and a record, with its author`() async throws {
        try await BrokerFixture.run { fixture in
            let ops = try fixture.admin(as: "ops")
            _ = try await fixture.broker.put(
                ["kind": "Environment", "id": "dev"], at: ResourceKey(kind: .environment, name: "dev"), if: .none,
                by: ops, fixture.context())
            let newest = try #require(await fixture.broker.revisions(before: nil, limit: 1, by: ops).first)
            #expect(newest.author == "client:ops")
            #expect(newest.summary == "put environment dev")
            let record = try #require(await fixture.audit().last)
            #expect(record["event"] == "registry_change")
            #expect(record["client_id"] == "ops")
            #expect(record["revision"] == .integer(newest.number))
        }
    }

    @Test func `a foreign tenant and one that is not there look alike`() async throws {
        try await BrokerFixture.run { fixture in
            let ops = try fixture.client("ops")
            for tenant in ["globex", "nowhere", "platform"] {
                #expect(throws: HallpassError.notFound) {
                    try fixture.broker.admin(ops, of: TenantID(stringLiteral: tenant))
                }
            }
            #expect(try fixture.broker.tenants(by: .client(ops)).map(\.id) == ["acme"])
        }
    }

    @Test func `a platform admin reaches every registry and no tenant's audit`() async throws {
        try await BrokerFixture.run { fixture in
            let admin = try fixture.admin(of: "acme")
            #expect(try fixture.broker.registry(by: admin).tenant.id == "acme")
            await #expect(throws: HallpassError.self) { try await fixture.broker.audit(.init(), by: admin) }
            #expect(try await fixture.broker.audit(.init(), by: fixture.admin(of: "platform")).records.isEmpty == false)
        }
    }

    @Test func `registry, keys and used tokens survive a restart`() async throws {
        try await BrokerFixture.run { fixture in
            let registry = try fixture.broker.registry(by: fixture.admin())
            let used = try await fixture.token().text
            let unused = try await fixture.token().text
            _ = try await fixture.verify(used)
            try await fixture.close()
            try await fixture.open()
            #expect(try fixture.broker.registry(by: fixture.admin()) == registry)
            #expect(try await fixture.verify(used).refusal == .tokenAlreadyUsed)
            #expect(try await fixture.verify(unused).refusal == nil)
            #expect(try await fixture.audit().isEmpty == false)
        }
    }

    @Test func `another key file opens nothing`() async throws {
        try await BrokerFixture.run { fixture in
            try await fixture.close()
            await #expect(throws: StartError.self) {
                try await fixture.open(keyEncryptionKey: [UInt8](repeating: 8, count: 32))
            }
            try await fixture.close()
            try await fixture.open()
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
        }
    }
}
