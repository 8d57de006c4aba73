/// One customer. Nothing crosses tenants.
package struct Tenant: Hashable, Sendable {
    package let id: TenantID
    package let displayName: String?

    package init(id: TenantID, displayName: String? = nil) {
        self.id = id
        self.displayName = displayName
    }
}

/// Where a tenant's connectors run: `dev`, `staging`, `prod`.
package struct Environment: Hashable, Sendable {
    package let id: EnvironmentID
    /// What is destructive here needs a person's approval.
    package let isProtected: Bool
    package let description: String?

    package init(id: EnvironmentID, isProtected: Bool = false, description: String? = nil) {
        self.id = id
        self.isProtected = isProtected
        self.description = description
    }
}
