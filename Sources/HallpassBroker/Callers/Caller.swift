package import HallpassCore

/// Who asks, proven: a machine by its secret, or a person by their session.
package enum Caller: Sendable {
    case client(AuthenticatedClient)
    indirect case person(AuthenticatedPerson)

    /// Where the client or the account is.
    package var tenant: TenantID {
        switch self {
        case .client(let client): client.tenant
        case .person(let person): person.account.name.tenant
        }
    }

    /// Every name that this caller may stand under as the actor of a call, or as who acts for them: whoever approves a call
    /// must have none of the names in it.
    package var subjects: Set<Subject> {
        switch self {
        case .client(let client): Set([Subject(client.client.id.rawValue)].compactMap { $0 })
        case .person(let person): person.account.subjects
        }
    }

    /// `client:ci` or `admin:alice`, in the history of a tenant's own people; `admin:platform/root` for the platform's.
    package func author(in tenant: TenantID) -> String {
        switch self {
        case .client(let client): "client:\(client.client.id)"
        case .person(let person): "admin:\(person.account.name.seen(from: tenant))"
        }
    }

    /// `nil` for a client that does not use the admin API.
    var roles: Set<Role>? {
        switch self {
        case .client(let client):
            guard case .automation(let roles) = client.client.kind else { return nil }
            return roles
        case .person(let person): return person.account.roles
        }
    }
}

extension AuditEntry {
    /// - Parameter tenant: whose chain it is for.
    init(
        _ event: AuditEvent, _ decision: AuditDecision, by caller: Caller?, in tenant: TenantID, _ context: CallContext,
        at clock: Clock
    ) {
        switch caller {
        case .client(let client): self.init(event, decision, by: client, context, at: clock)
        case .person(let person):
            self.init(event, decision, by: nil, context, at: clock)
            admin = person.account.name.seen(from: tenant)
        case nil: self.init(event, decision, by: nil, context, at: clock)
        }
    }

    /// An entry for something that an admin does.
    init(
        _ event: AuditEvent, _ decision: AuditDecision, by admin: TenantAdmin, _ context: CallContext, at clock: Clock
    ) {
        self.init(event, decision, by: admin.caller, in: admin.tenant, context, at: clock)
    }
}
