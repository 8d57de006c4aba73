package import HallpassCore

/// A client or a person that may do something in a tenant's administration; only ``Broker/admin(_:of:)``, in this file, can make one.
package struct TenantAdmin: Sendable {
    package let tenant: TenantID
    package let caller: Caller
    package let permissions: Set<Permission>
    /// There is nothing left to administer: its audit can be read.
    private let isOfDeletedTenant: Bool

    fileprivate init(
        tenant: TenantID, caller: Caller, permissions: Set<Permission>, isOfDeletedTenant: Bool = false
    ) {
        self.tenant = tenant
        self.caller = caller
        self.permissions = permissions
        self.isOfDeletedTenant = isOfDeletedTenant
    }

    /// Who it is, as the tenant's history has it.
    package var author: String { caller.author(in: tenant) }

    /// - Throws: ``HallpassError/forbidden(needs:)``; ``HallpassError/tenantDeleted`` where only the audit is left.
    package func require(_ permission: Permission) throws(HallpassError) {
        guard !isOfDeletedTenant || permission == .readAudit else { throw .tenantDeleted }
        guard permissions.contains(permission) else { throw .forbidden(needs: permission.need) }
    }

    /// A client of the tenant `platform` may reach into every other tenant: who makes one, changes it or has a secret of it
    /// has that reach.
    ///
    /// - Throws: ``HallpassError/forbidden(needs:)``.
    func requireReach(_ client: Client) throws(HallpassError) {
        guard !client.isPlatformAdmin else { return try requireReach() }
    }

    func requireReach(_ plan: RegistryPlan) throws(HallpassError) {
        guard !plan.touchesPlatformAdmin else { return try requireReach() }
    }

    private func requireReach() throws(HallpassError) {
        guard permissions.contains(.createTenant) else {
            throw .forbidden(needs: "a client that has platform_admin needs the role platform_admin")
        }
    }

    /// Who it is that decides on approvals, and whose own calls it must not decide on.
    var approver: Approver {
        Approver(author: author, names: caller.subjects.map(\.rawValue))
    }
}

extension Broker {
    /// What this caller may do in that tenant.
    ///
    /// - Throws: ``HallpassError/notFound`` alike for a tenant that is not there and one that is none of the caller's business.
    package func admin(_ caller: Caller, of tenant: TenantID) throws(HallpassError) -> TenantAdmin {
        guard let roles = caller.roles else {
            throw .forbidden(needs: "only automation clients and people use the admin API")
        }
        if snapshot.deleted[tenant] != nil { return try formerAdmin(caller, roles, of: tenant) }
        let isHome = caller.tenant == tenant
        let reaching = isHome ? roles : roles.filter { caller.tenant == .platform && $0.isAcrossTenants }
        guard !reaching.isEmpty else { throw .notFound }
        let acting = snapshot.tenants[tenant].map { Self.acting(reaching, in: $0) } ?? reaching
        guard !acting.isEmpty else { throw .disabled(.tenant) }
        let permissions = acting.reduce(into: Set<Permission>()) { $0.formUnion($1.permissions) }
        guard snapshot.tenants[tenant] != nil || permissions.contains(.createTenant) else { throw .notFound }
        return TenantAdmin(tenant: tenant, caller: caller, permissions: permissions)
    }

    package func admin(_ client: AuthenticatedClient, of tenant: TenantID) throws(HallpassError) -> TenantAdmin {
        try admin(.client(client), of: tenant)
    }

    /// A deleted tenant has nobody of its own any more, so the platform's auditors read its audit; to platform admins it is said
    /// what became of it.
    private func formerAdmin(
        _ caller: Caller, _ roles: Set<Role>, of tenant: TenantID
    ) throws(HallpassError) -> TenantAdmin {
        guard caller.tenant == .platform, roles.contains(.platformAdmin) || roles.contains(.auditor) else {
            throw .notFound
        }
        return TenantAdmin(
            tenant: tenant, caller: caller, permissions: roles.contains(.auditor) ? [.readAudit] : [],
            isOfDeletedTenant: true)
    }

    /// In a tenant that is switched off nobody acts but those who could switch it on.
    private static func acting(_ roles: Set<Role>, in tenant: TenantSnapshot) -> Set<Role> {
        guard tenant.disabled.contains(.tenant, tenant.registry.tenant.id.rawValue) else { return roles }
        return roles.filter { $0 == .security || $0 == .platformAdmin }
    }
}

extension Permission {
    fileprivate var need: StaticText {
        switch self {
        case .createTenant, .deleteTenant, .rotateKeyEncryptionKey: "it needs the role platform_admin"
        case .readRegistry: "it needs the role viewer, auditor, security or tenant_admin"
        case .changeRegistry: "it needs the role tenant_admin"
        case .manageClientSecrets, .observeTools: "it needs the role tenant_admin or security"
        case .manageAdmins: "it needs the role tenant_admin"
        case .manageCredentials, .revoke, .manageKeys: "it needs the role security"
        case .readAudit: "it needs the role auditor"
        case .readApprovals: "it needs the role security or auditor"
        case .decideApprovals: "it needs the role security"
        }
    }
}
