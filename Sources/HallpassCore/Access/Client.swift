/// What a person or an `automation` client may do through the admin API.
package enum Role: String, Hashable, Sendable, CaseIterable {
    /// Across tenants: creates them; sees no tenant's audit.
    case platformAdmin = "platform_admin"
    /// The registry of one tenant.
    case tenantAdmin = "tenant_admin"
    /// Keys, revocations, client secrets, approvals.
    case security
    /// Reads the audit.
    case auditor
    /// Reads the registry.
    case viewer
}

/// A machine with credentials.
package struct Client: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Mints. `assertsActors`: its word on who the actor is counts as proof; a visible, audited permission.
        case gateway(assertsActors: Bool)
        /// Verifies, and owns the deployments it verifies for.
        case mcpServer(deployments: Set<DeploymentID>)
        /// Uses the admin API.
        case automation(roles: Set<Role>)

        package var name: String {
            switch self {
            case .gateway: "gateway"
            case .mcpServer: "mcp_server"
            case .automation: "automation"
            }
        }
    }

    package let id: ClientID
    package let kind: Kind
    package let description: String?

    /// Whether it reaches into every tenant.
    package var isPlatformAdmin: Bool {
        guard case .automation(let roles) = kind else { return false }
        return roles.contains(.platformAdmin)
    }

    package init(id: ClientID, kind: Kind, description: String? = nil) {
        self.id = id
        self.kind = kind
        self.description = description
    }
}
