import GRDB

/// What a tenant has: what goes with it when it is deleted, and what is kept of it.
package enum TenantHolding: String, Hashable, Sendable, CaseIterable {
    case environments, connectors, deployments, grants, clients, issuers
    case people, sessions
    case upstreamCredentials = "upstream_credentials"
    /// Of these, what may still be good at its provider.
    case unrevokedCredentials = "upstream_credentials_not_revoked"
    /// Calls whose outcome is there to be given again.
    case keptOutcomes = "kept_outcomes"
    case pendingApprovals = "pending_approvals"
    /// The one thing that is kept.
    case auditRecords = "audit_records"

    /// Whether somebody may miss it: what is only the trace of past work is not in use.
    package var isUse: Bool {
        switch self {
        case .environments, .connectors, .deployments, .grants, .clients, .issuers, .people, .unrevokedCredentials: true
        case .sessions, .upstreamCredentials, .keptOutcomes, .pendingApprovals, .auditRecords: false
        }
    }

    fileprivate var rows: String {
        switch self {
        case .environments: "environment WHERE tenant_id = ?1"
        case .connectors: "connector WHERE tenant_id = ?1"
        case .deployments: "deployment WHERE tenant_id = ?1"
        case .grants: "access_grant WHERE tenant_id = ?1"
        case .clients: "client WHERE tenant_id = ?1"
        case .issuers: "issuer WHERE tenant_id = ?1"
        case .people: "account WHERE tenant_id = ?1"
        case .sessions: "admin_session WHERE tenant_id = ?1"
        case .upstreamCredentials: "upstream_credential WHERE tenant_id = ?1"
        case .unrevokedCredentials:
            "upstream_credential WHERE tenant_id = ?1 AND (state != 'revoked' OR provider_revocation IN ('pending', 'failed'))"
        case .keptOutcomes: "call WHERE tenant_id = ?1 AND outcome IS NOT NULL"
        case .pendingApprovals: "approval WHERE tenant_id = ?1 AND verdict IS NULL AND expires_at > ?2"
        case .auditRecords: "audit_record WHERE tenant_id = ?1"
        }
    }

    static func count(of tenant: String, nowSeconds: Int64, in db: Database) throws -> [TenantHolding: Int64] {
        try Dictionary(
            uniqueKeysWithValues: allCases.map { holding in
                let sql = "SELECT count(*) FROM \(holding.rows)"
                // Some of them have no use for the time, and SQLite wants what it is given to be used.
                let arguments: StatementArguments = holding.rows.contains("?2") ? [tenant, nowSeconds] : [tenant]
                return (holding, try Int64.fetchOne(db, sql: sql, arguments: arguments) ?? 0)
            })
    }
}
