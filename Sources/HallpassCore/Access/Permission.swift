/// What an admin route needs. The table from roles to permissions stands here and nowhere else.
package enum Permission: String, Hashable, Sendable, CaseIterable {
    case createTenant = "create_tenant"
    case deleteTenant = "delete_tenant"
    case readRegistry = "read_registry"
    case changeRegistry = "change_registry"
    /// Report what a server really has, which can put tools into quarantine and cannot take them out.
    case observeTools = "observe_tools"
    case manageClientSecrets = "manage_client_secrets"
    /// People's accounts, invitations and sessions.
    case manageAdmins = "manage_admins"
    case manageCredentials = "manage_credentials"
    case revoke
    case manageKeys = "manage_keys"
    /// Of the platform as a whole.
    case rotateKeyEncryptionKey = "rotate_kek"
    case readAudit = "read_audit"
    /// What waits for an approval, without its arguments, and what was decided.
    case readApprovals = "read_approvals"
    /// Shows the arguments too.
    case decideApprovals = "decide_approvals"
}

extension Role {
    /// What the role may do in the tenant it is held in.
    package var permissions: Set<Permission> {
        switch self {
        // Sees no tenant's audit content: that is granted by the tenant.
        case .platformAdmin:
            [
                .createTenant, .deleteTenant, .readRegistry, .changeRegistry, .observeTools, .manageClientSecrets,
                .manageAdmins, .rotateKeyEncryptionKey,
            ]
        case .tenantAdmin: [.readRegistry, .changeRegistry, .observeTools, .manageClientSecrets, .manageAdmins]
        case .security:
            [
                .readRegistry, .observeTools, .manageClientSecrets, .manageCredentials, .revoke, .manageKeys,
                .readApprovals,
                .decideApprovals,
            ]
        case .auditor: [.readRegistry, .readAudit, .readApprovals]
        case .viewer: [.readRegistry]
        }
    }

    /// Whether the role, held in the platform's own tenant, reaches into every other.
    package var isAcrossTenants: Bool { self == .platformAdmin }
}
