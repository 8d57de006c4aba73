import GRDB
import HallpassCore
import StrictJSON

/// Puts tenants together from their rows.
struct RegistryReader {
    /// Whose rows are read.
    enum Part {
        case one(TenantID)
        /// By name; without an end, all that follow.
        case from(String, upTo: String?)

        fileprivate var condition: String {
            switch self {
            case .one: "tenant_id = ?"
            case .from(_, upTo: nil): "tenant_id >= ?"
            case .from: "tenant_id >= ? AND tenant_id < ?"
            }
        }

        fileprivate var arguments: StatementArguments {
            switch self {
            case .one(let tenant): [tenant.rawValue]
            case .from(let first, nil): [first]
            case .from(let first, let end?): [first, end]
            }
        }
    }

    private let db: Database
    private let part: Part

    init(_ db: Database, _ part: Part) {
        self.db = db
        self.part = part
    }

    /// By name.
    func load(nowSeconds: Int64) throws -> [StoredTenant] {
        var tenants = try readTenants()
        try readEnvironments(into: &tenants)
        try readConnectors(into: &tenants)
        try readDeployments(into: &tenants)
        try readGrants(into: &tenants)
        try readClients(into: &tenants)
        try readIssuers(into: &tenants)
        try readKeys(into: &tenants)
        try readSecrets(into: &tenants)
        try readCutoffs(into: &tenants, nowSeconds: nowSeconds)
        try readDisabledThings(into: &tenants)
        try forEach(QuarantineTable.columns, from: "tool_quarantine") { tenant, row in
            tenants[tenant]?.quarantined.append(try QuarantineTable.row(row))
        }
        return tenants.values.sorted { $0.registry.tenant.id < $1.registry.tenant.id }
    }

    private typealias Tenants = [TenantID: StoredTenant]

    /// Column 0 is the tenant.
    private func forEach(
        _ columns: String, from table: String, where condition: String? = nil, order: String? = nil,
        _ body: (TenantID, Row) throws -> Void
    ) throws {
        var sql = "SELECT tenant_id, \(columns) FROM \(table) WHERE \(part.condition)"
        if let condition { sql += " AND \(condition)" }
        if let order { sql += " ORDER BY \(order)" }
        let rows = try Row.fetchCursor(db, sql: sql, arguments: part.arguments)
        // A tenant's rows lie together.
        var tenant: TenantID?
        while let row = try rows.next() {
            let name = try row.decode(String.self, atIndex: 0)
            let current = if let tenant, tenant.rawValue == name { tenant } else { try row.value(at: 0, TenantID.init) }
            tenant = current
            try body(current, row)
        }
    }

    private func readTenants() throws -> Tenants {
        var tenants: Tenants = [:]
        try forEach("display_name, revision", from: "tenant", where: DeletedTenantTable.isNot) { id, row in
            let tenant = Tenant(id: id, displayName: try row.decode(atIndex: 1))
            tenants[id] = StoredTenant(registry: TenantRegistry(tenant: tenant, revision: try row.decode(atIndex: 2)))
        }
        return tenants
    }

    private func readEnvironments(into tenants: inout Tenants) throws {
        try forEach("environment_id, is_protected, description", from: "environment") { tenant, row in
            let environment = Environment(
                id: try row.value(at: 1, EnvironmentID.init), isProtected: try row.decode(atIndex: 2),
                description: try row.decode(atIndex: 3))
            tenants[tenant]?.registry.put(.environment(environment))
        }
    }

    private func readConnectors(into tenants: inout Tenants) throws {
        var tools: [TenantID: [ConnectorID: [Tool]]] = [:]
        try forEach(
            "connector_id, name, description, effect, scopes, input_schema, is_idempotent, needs_approval",
            from: "tool",
            order: "tenant_id, connector_id, position"
        ) { tenant, row in
            let connector = try row.value(at: 1, ConnectorID.init)
            let tool = Tool(
                name: try row.value(at: 2, ToolName.init), description: try row.decode(atIndex: 3),
                effect: try row.value(at: 4, ToolEffect.init(rawValue:)), scopes: try row.scopes(at: 5),
                inputSchema: try row.decode(String?.self, atIndex: 6).map(RegistryHistory.parse),
                isIdempotent: try row.decode(atIndex: 7), needsApproval: try row.decode(atIndex: 8))
            tools[tenant, default: [:]][connector, default: []].append(tool)
        }
        try forEach("connector_id, resource, owner, description", from: "connector") { tenant, row in
            let id = try row.value(at: 1, ConnectorID.init)
            let connector = Connector(
                id: id, resource: try row.value(at: 2, ResourceURI.init), owner: try row.decode(atIndex: 3),
                description: try row.decode(atIndex: 4), tools: tools[tenant]?[id] ?? [])
            tenants[tenant]?.registry.put(.connector(connector))
        }
    }

    private func readDeployments(into tenants: inout Tenants) throws {
        try forEach(
            """
            connector_id, environment_id, auth_mode, scopes, session_scopes, token_lifetime_seconds, allowed_tools,
            constraints, key_retention_seconds, lease_seconds, limits, approval_tools, approval_lifetime_seconds
            """,
            from: "deployment"
        ) { tenant, row in
            let deployment = Deployment(
                id: try row.deployment(connectorAt: 1, environmentAt: 2),
                authMode: try row.value(at: 3, AuthMode.init(rawValue:)), scopes: try row.scopes(at: 4),
                tokenLifetimeSeconds: try row.decode(atIndex: 6), sessionScopes: try row.scopes(at: 5),
                allowedTools: try row.names(at: 7, ToolName.init).map(Set.init),
                constraints: try row.constraints(at: 8),
                idempotencyRetentionSeconds: try row.decode(atIndex: 9), leaseSeconds: try row.decode(atIndex: 10),
                limits: try row.callLimits(at: 11),
                approval: DeploymentApproval(
                    tools: Set(try row.names(at: 12, ToolName.init) ?? []), lifetimeSeconds: try row.decode(atIndex: 13)
                ))
            tenants[tenant]?.registry.put(.deployment(deployment))
        }
    }

    private func readGrants(into tenants: inout Tenants) throws {
        try forEach(
            "grant_id, subject, connector_id, environment_id, scopes, tools, expires_at, constraints",
            from: "access_grant"
        ) { tenant, row in
            let grant = Grant(
                id: try row.value(at: 1, GrantID.init), subject: try row.value(at: 2, GrantSubject.init),
                deployment: try row.deployment(connectorAt: 3, environmentAt: 4), scopes: try row.scopes(at: 5),
                tools: try row.names(at: 6, ToolName.init).map(Set.init), expiresAt: try row.decode(atIndex: 7),
                constraints: try row.constraints(at: 8))
            tenants[tenant]?.registry.put(.grant(grant))
        }
    }

    private func readClients(into tenants: inout Tenants) throws {
        var owned: [TenantID: [ClientID: Set<DeploymentID>]] = [:]
        try forEach("client_id, connector_id, environment_id", from: "client_deployment") { tenant, row in
            let client = try row.value(at: 1, ClientID.init)
            let deployment = try row.deployment(connectorAt: 2, environmentAt: 3)
            owned[tenant, default: [:]][client, default: []].insert(deployment)
        }
        try forEach("client_id, kind, asserts_actors, roles, description", from: "client") { tenant, row in
            let id = try row.value(at: 1, ClientID.init)
            let kind: Client.Kind? =
                switch try row.decode(String.self, atIndex: 2) {
                case "gateway": .gateway(assertsActors: try row.decode(atIndex: 3))
                case "mcp_server": .mcpServer(deployments: owned[tenant]?[id] ?? [])
                case "automation": .automation(roles: Set(try row.names(at: 4, Role.init(rawValue:)) ?? []))
                default: nil
                }
            guard let kind else { throw DamagedRow(column: "client.kind") }
            let client = Client(id: id, kind: kind, description: try row.decode(atIndex: 5))
            tenants[tenant]?.registry.put(.client(client))
        }
    }

    private func readIssuers(into tenants: inout Tenants) throws {
        try forEach("document", from: "issuer") { tenant, row in
            let resource = try RegistryResource.read(RegistryHistory.parse(try row.decode(atIndex: 1)))
            guard case .issuer = resource else { throw DamagedRow(column: "issuer.document") }
            tenants[tenant]?.registry.put(resource)
        }
    }

    private func readKeys(into tenants: inout Tenants) throws {
        try forEachSealedKey(.root) { tenants[$0.tenant]?.rootKeys.append($0) }
        try forEachSealedKey(.data, where: "retired_at IS NULL") { tenants[$0.tenant]?.dataKeys.append($0) }
        try forEach(SigningKeyTable.columns, from: "signing_key", where: "state != 'retired'") { tenant, row in
            tenants[tenant]?.signingKeys.append(try SigningKeyTable.row(row, of: tenant))
        }
    }

    private func forEachSealedKey(
        _ kind: SealedTenantKey.Kind, where condition: String? = nil, _ body: (SealedKeyRow) -> Void
    ) throws {
        try forEach(KeyTable.columns, from: kind.rawValue, where: condition, order: "tenant_id, version") {
            tenant, row in
            body(try KeyTable.row(row, of: tenant))
        }
    }

    private func readSecrets(into tenants: inout Tenants) throws {
        try forEach(SecretTable.columns, from: "client_secret", order: "tenant_id, client_id, created_at") {
            tenant, row in
            tenants[tenant]?.secrets.append(try SecretTable.row(row, of: tenant))
        }
    }

    private func readCutoffs(into tenants: inout Tenants, nowSeconds: Int64) throws {
        try forEach(
            RevocationTable.columns, from: "revocation", where: RevocationTable.isRecent(nowSeconds),
            order: "tenant_id, cutoff"
        ) { tenant, row in
            tenants[tenant]?.cutoffs.append(try RevocationTable.cutoff(row, at: 1))
        }
    }

    private func readDisabledThings(into tenants: inout Tenants) throws {
        try forEach("kind, id", from: "disabled_thing") { tenant, row in
            tenants[tenant]?.disabled.append(try DisabledTable.thing(row, at: 1))
        }
    }
}
