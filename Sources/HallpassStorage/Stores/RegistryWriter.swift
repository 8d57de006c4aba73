import GRDB
import HallpassCore
import StrictJSON

/// Turns changes of a tenant's registry into rows.
struct RegistryWriter {
    let db: Database
    let tenant: TenantID

    /// Applies all of them, in an order in which no reference dangles at any point: first what goes or gives up its
    /// references, dependents before what they depend on; then what stays or comes, the other way round.
    func apply(_ changes: [RegistryChange]) throws {
        let ordered = changes.sorted { $0.key < $1.key }
        for change in ordered.reversed() { try release(change) }
        for change in ordered {
            if let resource = change.after { try put(resource) }
        }
    }

    private func release(_ change: RegistryChange) throws {
        switch (change.before, change.after) {
        case (.client(let client), let after):
            try delete("client_deployment", where: "client_id = ?", [client.id.rawValue])
            if after == nil { try delete("client", where: "client_id = ?", [client.id.rawValue]) }
        case (.grant(let grant), _):
            try delete("access_grant", where: "grant_id = ?", [grant.id.rawValue])
        case (.issuer(let issuer), _):
            // Whether it stays or not: two issuers may trade URLs, and a URL is one issuer's at any point.
            try delete("issuer", where: "issuer_id = ?", [issuer.id.rawValue])
        case (.deployment(let deployment), nil):
            let key = [deployment.id.connector.rawValue, deployment.id.environment.rawValue]
            try delete("deployment", where: "connector_id = ? AND environment_id = ?", key)
            try SigningKeyTable.retire(deployment.id, of: tenant, db)
        case (.connector(let connector), nil):
            try delete("connector", where: "connector_id = ?", [connector.id.rawValue])
        case (.connector(let connector), _):
            try delete("tool", where: "connector_id = ?", [connector.id.rawValue])
            // Two connectors may trade resources, and a resource is one connector's at any point.
            try db.run(
                "UPDATE connector SET resource = 'moving:' || connector_id WHERE tenant_id = ? AND connector_id = ?",
                [tenant.rawValue, connector.id.rawValue])
        case (.environment(let environment), nil):
            try delete("environment", where: "environment_id = ?", [environment.id.rawValue])
        case (.tenant, nil):
            throw HallpassError.internal
        case (nil, _), (.tenant, _), (.environment, _), (.deployment, _):
            break
        }
    }

    private func delete(_ table: String, where condition: String, _ values: [String]) throws {
        try db.run(
            "DELETE FROM \(table) WHERE tenant_id = ? AND \(condition)",
            StatementArguments([tenant.rawValue] + values))
    }

    private func put(_ resource: RegistryResource) throws {
        switch resource {
        case .tenant(let tenant): try put(tenant)
        case .environment(let environment): try put(environment)
        case .connector(let connector): try put(connector)
        case .deployment(let deployment): try put(deployment)
        case .grant(let grant): try put(grant)
        case .client(let client): try put(client)
        case .issuer(let issuer): try put(issuer)
        }
    }

    private func put(_ tenant: Tenant) throws {
        guard tenant.id == self.tenant else { throw HallpassError.internal }
        try db.run(
            "UPDATE tenant SET display_name = ?2 WHERE tenant_id = ?1",
            [tenant.id.rawValue, tenant.displayName])
    }

    private func put(_ environment: Environment) throws {
        try db.run(
            """
            INSERT INTO environment (tenant_id, environment_id, is_protected, description) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET is_protected = excluded.is_protected, description = excluded.description
            """,
            [tenant.rawValue, environment.id.rawValue, environment.isProtected, environment.description])
    }

    private func put(_ connector: Connector) throws {
        try db.run(
            """
            INSERT INTO connector (tenant_id, connector_id, resource, owner, description) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (tenant_id, connector_id) DO UPDATE SET
                resource = excluded.resource, owner = excluded.owner, description = excluded.description
            """,
            [
                tenant.rawValue, connector.id.rawValue, connector.resource.rawValue, connector.owner,
                connector.description,
            ])
        for (position, tool) in connector.tools.enumerated() {
            try db.run(
                """
                INSERT INTO tool (tenant_id, connector_id, name, position, description, effect, scopes, input_schema,
                    is_idempotent, needs_approval) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    tenant.rawValue, connector.id.rawValue, tool.name.rawValue, position, tool.description,
                    tool.effect.rawValue, JSONColumn.text(tool.scopes), tool.inputSchema.map(JSONColumn.text),
                    tool.isIdempotent, tool.needsApproval,
                ])
        }
    }

    private func put(_ deployment: Deployment) throws {
        try db.run(
            """
            INSERT INTO deployment (tenant_id, connector_id, environment_id, auth_mode, scopes, session_scopes,
                token_lifetime_seconds, allowed_tools, constraints, key_retention_seconds, lease_seconds, limits,
                approval_tools, approval_lifetime_seconds)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET
                auth_mode = excluded.auth_mode, scopes = excluded.scopes, session_scopes = excluded.session_scopes,
                token_lifetime_seconds = excluded.token_lifetime_seconds, allowed_tools = excluded.allowed_tools,
                constraints = excluded.constraints, key_retention_seconds = excluded.key_retention_seconds,
                lease_seconds = excluded.lease_seconds, limits = excluded.limits,
                approval_tools = excluded.approval_tools,
                approval_lifetime_seconds = excluded.approval_lifetime_seconds
            """,
            [
                tenant.rawValue, deployment.id.connector.rawValue, deployment.id.environment.rawValue,
                deployment.authMode.rawValue, JSONColumn.text(deployment.scopes),
                JSONColumn.text(deployment.sessionScopes), deployment.tokenLifetimeSeconds,
                deployment.allowedTools.map { JSONColumn.text($0.map(\.rawValue)) },
                JSONColumn.text(.array(deployment.constraints.map(\.json))), deployment.idempotencyRetentionSeconds,
                deployment.leaseSeconds, JSONColumn.text(deployment.limits?.json ?? [:]),
                JSONColumn.text(deployment.approval.tools.map(\.rawValue)), deployment.approval.lifetimeSeconds,
            ])
    }

    private func put(_ grant: Grant) throws {
        try db.run(
            """
            INSERT INTO access_grant (tenant_id, grant_id, subject, connector_id, environment_id, scopes, tools,
                expires_at, constraints) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                tenant.rawValue, grant.id.rawValue, grant.subject.text, grant.deployment.connector.rawValue,
                grant.deployment.environment.rawValue, JSONColumn.text(grant.scopes),
                grant.tools.map { JSONColumn.text($0.map(\.rawValue)) }, grant.expiresAt,
                JSONColumn.text(.array(grant.constraints.map(\.json))),
            ])
    }

    private func put(_ client: Client) throws {
        var assertsActors = false
        var roles: [String] = []
        var deployments: Set<DeploymentID> = []
        switch client.kind {
        case .gateway(let asserts): assertsActors = asserts
        case .mcpServer(let owned): deployments = owned
        case .automation(let held): roles = held.map(\.rawValue)
        }
        try db.run(
            """
            INSERT INTO client (tenant_id, client_id, kind, asserts_actors, roles, description)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET kind = excluded.kind, asserts_actors = excluded.asserts_actors,
                roles = excluded.roles, description = excluded.description
            """,
            [
                tenant.rawValue, client.id.rawValue, client.kind.name, assertsActors, JSONColumn.text(roles),
                client.description,
            ])
        for deployment in deployments {
            try db.run(
                """
                INSERT INTO client_deployment (tenant_id, client_id, connector_id, environment_id) VALUES (?, ?, ?, ?)
                """,
                [
                    tenant.rawValue, client.id.rawValue, deployment.connector.rawValue, deployment.environment.rawValue,
                ])
        }
    }
}

extension RegistryWriter {
    /// Nothing ever asks for a part of an issuer in SQL, so it is kept as the document it is.
    private func put(_ issuer: Issuer) throws {
        try db.run(
            "INSERT INTO issuer (tenant_id, issuer_id, url, document) VALUES (?, ?, ?, ?)",
            [
                tenant.rawValue, issuer.id.rawValue, issuer.url.rawValue,
                JSONColumn.text(RegistryResource.issuer(issuer).json),
            ])
    }
}

extension JSONColumn {
    static func text(_ scopes: ScopeSet) -> String { text(scopes.scopes.map(\.rawValue)) }
}
