/// Whom a grant is for: `user:…` or `group:…`.
package enum GrantSubject: Hashable, Sendable {
    case user(Subject)
    case group(GroupName)

    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = String(parts[0]), let name = String(parts[1]) else { return nil }
        switch kind {
        case "user":
            guard let subject = Subject(name) else { return nil }
            self = .user(subject)
        case "group":
            guard let group = GroupName(name) else { return nil }
            self = .group(group)
        default: return nil
        }
    }

    package static var rule: String { "must be user:NAME or group:NAME" }

    var group: GroupName? {
        guard case .group(let group) = self else { return nil }
        return group
    }

    package var text: String {
        switch self {
        case .user(let subject): "user:\(subject.rawValue)"
        case .group(let group): "group:\(group.rawValue)"
        }
    }
}

/// What an actor may do by hand, and so what an agent acting for them may do at most.
package struct Grant: Hashable, Sendable {
    package let id: GrantID
    package let subject: GrantSubject
    package let deployment: DeploymentID
    package let scopes: ScopeSet
    /// `nil`: every allow-listed tool whose scopes this grant covers.
    package let tools: Set<ToolName>?
    /// Unix seconds; good up to, not at, this moment.
    package let expiresAt: Int64?
    /// Hold for calls that rest on this grant alone: who also has an unconstrained grant is not bound by these.
    package let constraints: [Constraint]

    package init(
        id: GrantID, subject: GrantSubject, deployment: DeploymentID, scopes: ScopeSet, tools: Set<ToolName>? = nil,
        expiresAt: Int64? = nil, constraints: [Constraint] = []
    ) {
        self.id = id
        self.subject = subject
        self.deployment = deployment
        self.scopes = scopes
        self.tools = tools
        self.expiresAt = expiresAt
        self.constraints = constraints
    }

    package func isInForce(atSeconds now: Int64) -> Bool { expiresAt.map { now < $0 } ?? true }

    package func covers(_ tool: ToolName?) -> Bool {
        guard let tool, let tools else { return true }
        return tools.contains(tool)
    }
}
