/// One connector in one environment, written `connector@environment`.
package struct DeploymentID: Hashable, Sendable, Comparable {
    package let connector: ConnectorID
    package let environment: EnvironmentID

    package init(connector: ConnectorID, environment: EnvironmentID) {
        self.connector = connector
        self.environment = environment
    }

    /// Reads `connector@environment`; an identifier has no `@`, so there is one way to split it.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, let connector = String(parts[0]).flatMap(ConnectorID.init),
            let environment = String(parts[1]).flatMap(EnvironmentID.init)
        else { return nil }
        self.init(connector: connector, environment: environment)
    }

    package static var rule: String { "must be connector@environment" }

    package var text: String { "\(connector)@\(environment)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.connector, left.environment) < (right.connector, right.environment)
    }
}

/// How an MCP server reaches its own backend; decides which upstream credential it may hold.
package enum AuthMode: String, Hashable, Sendable, CaseIterable {
    case oauth
    case apiKey = "api_key"
    case none
}

/// What a deployment says about approvals.
package struct DeploymentApproval: Hashable, Sendable {
    /// Of these every call needs one here, whatever the tools themselves say.
    package let tools: Set<ToolName>
    /// How long one lives from its request, in seconds: 1 minute to 7 days.
    package let lifetimeSeconds: Int64

    package init(tools: Set<ToolName> = [], lifetimeSeconds: Int64 = Limits.approvalLifetimeDefaultSeconds) {
        self.tools = tools
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// The connector card: what one connector may do in one environment.
package struct Deployment: Hashable, Sendable {
    package let id: DeploymentID
    package let authMode: AuthMode
    /// The most that any token for this deployment may carry.
    package let scopes: ScopeSet
    /// The ceiling for tokens of this deployment, 1 to 3600 seconds.
    package let tokenLifetimeSeconds: Int64
    /// What session tokens may carry beyond the scopes that `read` tools need.
    package let sessionScopes: ScopeSet
    /// `nil`: no explicit allow-list, so only tools that read are allowed.
    package let allowedTools: Set<ToolName>?
    /// In the order they are asked; the first that is violated speaks.
    package let constraints: [Constraint]
    /// How long a key of this deployment is remembered, in seconds: 1 hour to 30 days.
    package let idempotencyRetentionSeconds: Int64
    /// How long a server that was told to execute may take to say how it went, in seconds.
    package let leaseSeconds: Int64
    /// How often it may be called; `nil`: as often as anyone likes.
    package let limits: CallLimits?
    package let approval: DeploymentApproval

    package init(
        id: DeploymentID, authMode: AuthMode, scopes: ScopeSet, tokenLifetimeSeconds: Int64,
        sessionScopes: ScopeSet = .empty, allowedTools: Set<ToolName>? = nil, constraints: [Constraint] = [],
        idempotencyRetentionSeconds: Int64 = Limits.idempotencyRetentionDefaultSeconds,
        leaseSeconds: Int64 = Limits.leaseDefaultSeconds, limits: CallLimits? = nil,
        approval: DeploymentApproval = DeploymentApproval()
    ) {
        self.id = id
        self.authMode = authMode
        self.scopes = scopes
        self.tokenLifetimeSeconds = tokenLifetimeSeconds
        self.sessionScopes = sessionScopes
        self.allowedTools = allowedTools
        self.constraints = constraints
        self.idempotencyRetentionSeconds = idempotencyRetentionSeconds
        self.leaseSeconds = leaseSeconds
        self.limits = limits
        self.approval = approval
    }

    /// The second of the two independent controls: a tool that is not listed is not callable, whatever the scopes.
    package func allows(_ tool: Tool) -> Bool {
        guard let allowedTools else { return tool.effect == .read }
        return allowedTools.contains(tool.name)
    }
}
