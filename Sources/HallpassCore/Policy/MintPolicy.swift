package import HallpassCrypto
package import StrictJSON

/// What a gateway asks a token for.
package struct MintRequest: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        case connector(ConnectorID)
        case resource(ResourceURI)
    }

    package var actor: Actor
    package var act: ActorChain
    package var target: Target
    package var environment: EnvironmentID
    /// Absent: a session token.
    package var tool: ToolName?
    /// Checked now where they are shown; without them only at verify.
    package var arguments: JSONObject?
    package var argumentsDigest: SHA256Digest?
    /// Absent: what the tool requires, or for a session all that is granted.
    package var scope: ScopeSet?
    package var lifetimeSeconds: Int64?
    package var transaction: TransactionID?

    package init(actor: Actor, act: ActorChain, target: Target, environment: EnvironmentID) {
        self.actor = actor
        self.act = act
        self.target = target
        self.environment = environment
    }
}

/// What may be minted: everything a token will say that policy decides.
package struct MintDecision: Hashable, Sendable {
    package let kind: TokenKind
    package let deployment: DeploymentID
    package let audience: ResourceURI
    package let scope: ScopeSet
    package let lifetimeSeconds: Int64
    /// Kept with the token, so that a grant to a group can be checked again when it is verified.
    package let groups: Set<GroupName>
    package let limits: CallLimits?
    /// What has to be approved first; `nil` where the token may be minted as it is. The arguments are there then.
    package let demand: ApprovalDemand?
}

/// Least privilege as an intersection: requested, the deployment's and the actor's; and, apart from scopes, the allow-list.
package enum MintPolicy {
    package static func decide(
        _ request: MintRequest, in snapshot: TenantSnapshot, nowSeconds: Int64
    ) throws(Refusal) -> MintDecision {
        let registered = try findDeployment(request, in: snapshot)
        let connector = registered.connector
        let deployment = registered.deployment
        try snapshot.disabled.check(
            tenant: snapshot.registry.tenant.id, deployment: deployment.id, client: nil, actor: request.actor.subject,
            tool: request.tool)
        let tool = try findTool(request, connector: connector, deployment: deployment, in: snapshot)
        let kind: TokenKind = tool == nil ? .session : .call

        let ceiling = tool == nil ? SessionScopes.ceiling(of: deployment, connector: connector) : deployment.scopes
        let required = tool?.scopes ?? .empty
        let outOfReach = required.union(request.scope ?? .empty).subtracting(ceiling)

        let grants = registered.grants.candidates(for: request.actor.subject)
        guard
            let granted = ActorGrants(grants, actor: request.actor, tool: tool?.name, nowSeconds: nowSeconds)
        else {
            throw outOfReach.isEmpty
                ? Refusal(.grant, .actorNotGranted) : Refusal(.scopes, .insufficientScope(missing: outOfReach))
        }

        let available = ceiling.intersection(granted.scopes)
        let requested = request.scope ?? (tool == nil ? available : required)
        let missing = requested.union(required).subtracting(available)
        guard missing.isEmpty else {
            throw Refusal(outOfReach.isEmpty ? .grant : .scopes, .insufficientScope(missing: missing))
        }
        if !required.isSubset(of: requested) {
            throw Refusal(.scopes, .insufficientScope(missing: required.subtracting(requested)))
        }
        let violated = try checkArguments(
            request, deployment: deployment, grants: grants, scope: requested, in: snapshot, nowSeconds)
        let demand = violated ?? tool.flatMap { ApprovalNeed.demand($0, in: deployment, of: snapshot.registry) }
        guard demand == nil || request.arguments != nil else { throw Self.argumentsNotShown }
        return MintDecision(
            kind: kind, deployment: deployment.id, audience: connector.resource, scope: requested,
            lifetimeSeconds: min(
                request.lifetimeSeconds ?? kind.defaultLifetimeSeconds, deployment.tokenLifetimeSeconds),
            groups: granted.relevantGroups, limits: deployment.limits, demand: demand)
    }

    private static let argumentsNotShown = Refusal(
        .requestShape,
        .invalidRequest(
            path: "/arguments", rule: "approval",
            message: "must be shown where a call needs an approval, because a person has to see what they approve"))

    /// - Returns: what of the arguments has to be approved first.
    private static func checkArguments(
        _ request: MintRequest, deployment: Deployment, grants: [Grant], scope: ScopeSet, in snapshot: TenantSnapshot,
        _ nowSeconds: Int64
    ) throws(Refusal) -> ApprovalDemand? {
        guard let tool = request.tool, let arguments = request.arguments else { return nil }
        try snapshot.contracts.checkSchema(arguments, tool: tool, of: deployment.id.connector)
        let demand = try snapshot.contracts.checkConstraints(arguments, tool: tool, of: deployment.id)
        let unmet = try snapshot.contracts.unmetGrants(grants, arguments: arguments, tool: tool)
        // Where they are all met, that they cover the call is known already.
        guard !unmet.isEmpty else { return demand }
        let check = GrantCheck(grants: grants, tool: tool, scope: scope, nowSeconds: nowSeconds, unmet: unmet)
        let demandOfGrants = try check.demand(request.actor)
        return demand ?? demandOfGrants
    }

    private static func findDeployment(
        _ request: MintRequest, in snapshot: TenantSnapshot
    ) throws(Refusal) -> RegisteredDeployment {
        let registry = snapshot.registry
        let id: ConnectorID? =
            switch request.target {
            case .connector(let id): id
            case .resource(let resource): snapshot.connectorsByResource[resource]
            }
        guard let id, registry.connectors.keys.contains(id) else { throw Refusal(.audience, .unknownConnector) }
        guard registry.environments.keys.contains(request.environment) else {
            throw Refusal(.audience, .unknownEnvironment)
        }
        let deployment = DeploymentID(connector: id, environment: request.environment)
        guard let registered = snapshot.deployments[deployment] else { throw Refusal(.audience, .unknownConnector) }
        return registered
    }

    private static func findTool(
        _ request: MintRequest, connector: Connector, deployment: Deployment, in snapshot: TenantSnapshot
    ) throws(Refusal) -> Tool? {
        guard let name = request.tool else { return nil }
        guard let tool = connector.tool(name) else { throw Refusal(.tool, .unknownTool) }
        guard !snapshot.quarantine.holds(name, of: connector.id) else { throw Refusal(.enabled, .toolQuarantined) }
        guard deployment.allows(tool) else { throw Refusal(.allowList, .toolNotAllowed) }
        return tool
    }
}

extension TokenKind {
    fileprivate var defaultLifetimeSeconds: Int64 {
        switch self {
        case .call: Limits.callTokenLifetimeSeconds
        case .session: Limits.sessionTokenLifetimeSeconds
        }
    }
}

enum SessionScopes {
    /// A session may read; what writes is done with call tokens, unless the deployment says more.
    static func ceiling(of deployment: Deployment, connector: Connector) -> ScopeSet {
        let readScopes = connector.tools
            .filter { $0.effect == .read && deployment.allows($0) }
            .flatMap(\.scopes.scopes)
        return ScopeSet(readScopes).union(deployment.sessionScopes).intersection(deployment.scopes)
    }
}
