import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassStorage

/// A tenant with one of everything, and every optional member present once and absent once.
enum RegistryFixture {
    static func registry(_ tenant: TenantID = Fixture.acme) throws -> TenantRegistry {
        var registry = TenantRegistry(tenant: Tenant(id: tenant, displayName: "Acme & Söhne"))
        for resource in try resources() { registry.put(resource) }
        return registry
    }

    static func resources() throws -> [RegistryResource] {
        let prod = try #require(EnvironmentID("prod"))
        let dev = try #require(EnvironmentID("dev"))
        return [
            .environment(Environment(id: prod, isProtected: true, description: "Where it counts")),
            .environment(Environment(id: dev)),
            .connector(try crm()), .connector(try connector("billing-mcp", resource: "https://billing.example")),
            .deployment(try deployment("crm-mcp@prod", tools: ["find_contact", "add_note"])),
            .deployment(try deployment("billing-mcp@dev", tools: nil)),
            .grant(try grant("alice-crm", "user:alice", tools: ["add_note"], expiresAt: Fixture.now)),
            .grant(try grant("support-crm", "group:support", tools: nil, expiresAt: nil)),
            .client(Client(id: try client("gateway"), kind: .gateway(assertsActors: true), description: "The agent's")),
            .client(
                Client(
                    id: try client("crm-server"),
                    kind: .mcpServer(deployments: [try Fixture.deployment(), try Fixture.deployment("billing-mcp@dev")])
                )),
            .client(Client(id: try client("ops"), kind: .automation(roles: [.security, .tenantAdmin]))),
        ]
    }

    static func crm() throws -> Connector {
        let schema = try JSONParser.parse(Array(#"{"type":"object","properties":{"n":{"maximum":1e+300}}}"#.utf8))
        return Connector(
            id: try #require(ConnectorID("crm-mcp")), resource: try #require(ResourceURI("https://crm.example/mcp")),
            owner: "Sales", description: "Contacts",
            tools: [
                Tool(
                    name: try #require(ToolName("find_contact")), effect: .read,
                    scopes: try #require(ScopeSet(spaceSeparated: "contacts:read")), inputSchema: schema),
                Tool(
                    name: try #require(ToolName("add_note")), description: "Writes", effect: .write,
                    scopes: try #require(ScopeSet(spaceSeparated: "contacts:read notes:write")), needsApproval: true),
            ])
    }

    static func connector(_ id: String, resource: String) throws -> Connector {
        Connector(id: try #require(ConnectorID(id)), resource: try #require(ResourceURI(resource)), tools: [])
    }

    static func deployment(_ id: String, tools: [String]?, scopes: String = "contacts:read notes:write") throws
        -> Deployment
    {
        Deployment(
            id: try Fixture.deployment(id), authMode: .oauth, scopes: try #require(ScopeSet(spaceSeparated: scopes)),
            tokenLifetimeSeconds: 3_600, sessionScopes: try #require(ScopeSet(spaceSeparated: "contacts:read")),
            allowedTools: tools.map { Set($0.compactMap { ToolName($0) }) }, limits: try tools.map(limits),
            approval: DeploymentApproval(
                tools: Set((tools ?? []).prefix(1).compactMap { ToolName($0) }),
                lifetimeSeconds: tools == nil ? 3_600 : 90))
    }

    private static func limits(_ tools: [String]) throws -> CallLimits {
        let limit = try #require(RateLimit(calls: 60, seconds: 3_600))
        let named = tools.prefix(1).compactMap { ToolName($0) }.map { ($0, limit) }
        return try #require(CallLimits(actor: limit, tools: Dictionary(uniqueKeysWithValues: named)))
    }

    static func grant(_ id: String, _ subject: String, tools: [String]?, expiresAt: Int64?) throws -> Grant {
        Grant(
            id: try #require(GrantID(id)), subject: try #require(GrantSubject(subject)),
            deployment: try Fixture.deployment(), scopes: try #require(ScopeSet(spaceSeparated: "notes:write")),
            tools: tools.map { Set($0.compactMap { ToolName($0) }) }, expiresAt: expiresAt)
    }

    static func client(_ id: String) throws -> ClientID { try #require(ClientID(id)) }

    static func key(_ id: UInt8, _ deployment: String = "crm-mcp@prod") throws -> SigningKeyRow {
        SigningKeyRow(
            tenant: Fixture.acme, id: try #require(KeyID(bytes: [UInt8](repeating: id, count: 16))),
            deployment: try Fixture.deployment(deployment), rootVersion: 1, createdAt: Fixture.now,
            firstSequence: Int64(id))
    }

    /// Follows the keys of these deployments, which then are good for a minute.
    static func rotation(_ keys: [SigningKeyRow]) -> KeyRotation {
        let retiresAt = Dictionary(uniqueKeysWithValues: keys.map { ($0.deployment, Fixture.now + 60) })
        return KeyRotation(
            tenant: Fixture.acme, keys: keys, fate: .superseded(retiresAt: retiresAt), nowSeconds: Fixture.now)
    }

    static func secret(_ text: String, client: String = "gateway", expiresAt: Int64? = nil) throws -> ClientSecretRow {
        ClientSecretRow(
            tenant: Fixture.acme, client: try self.client(client), digest: SHA256.hash(Array(text.utf8)),
            createdAt: Fixture.now, expiresAt: expiresAt)
    }
}

extension Storage {
    /// Commits changes on top of `expected`; 0 creates the tenant.
    @discardableResult
    func commit(
        _ changes: [RegistryChange], expecting expected: Int64, tenant: TenantID = Fixture.acme,
        keys: [SigningKeyRow] = [], secrets: [ClientSecretRow] = [], summary: String = "apply"
    ) async throws(HallpassError) -> Int64 {
        let rootKey = SealedKeyRow(tenant: tenant, version: 1, sealed: [1, 2, 3], createdAt: Fixture.now)
        return try await registry.commit(
            RegistryCommit(
                tenant: tenant, expectedRevision: expected, changes: changes, author: "root", summary: summary,
                timeMilliseconds: Fixture.now * 1_000, keys: keys, secrets: secrets,
                rootKey: expected == 0 ? rootKey : nil
            ) { revision in
                var entry = Fixture.auditEntry()
                entry.revision = revision
                return [entry]
            })
    }

    /// Creates a tenant with everything in it.
    func commitAll(tenant: TenantID = Fixture.acme) async throws {
        let changes = try RegistryFixture.registry(tenant).resources.map { RegistryChange(before: nil, after: $0) }
        try await commit(changes, expecting: 0, tenant: tenant)
    }
}
