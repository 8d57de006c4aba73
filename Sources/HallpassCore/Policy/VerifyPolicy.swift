package import HallpassCrypto
package import StrictJSON

/// What an MCP server says about the call it was asked to make.
package struct VerifyQuery: Hashable, Sendable {
    /// Absent only for a session token that authenticates without running a tool.
    package var tool: ToolName?
    package var arguments: JSONObject?
    package var environment: EnvironmentID?
    package var idempotencyKey: IdempotencyKey?
    /// A peek asks whether the token is good, not whether one call is: no arguments are looked at.
    package var isPeek = false

    package init(tool: ToolName? = nil, arguments: JSONObject? = nil, environment: EnvironmentID? = nil) {
        self.tool = tool
        self.arguments = arguments
        self.environment = environment
    }
}

/// Who asks: the broker that must have issued the token, and what the calling server owns.
package struct VerifyContext: Hashable, Sendable {
    package let issuer: String
    package let tenant: TenantID
    package let ownedDeployments: Set<DeploymentID>
    /// Unix seconds.
    package let nowSeconds: Int64

    package init(issuer: String, tenant: TenantID, ownedDeployments: Set<DeploymentID>, nowSeconds: Int64) {
        self.issuer = issuer
        self.tenant = tenant
        self.ownedDeployments = ownedDeployments
        self.nowSeconds = nowSeconds
    }
}

/// Whether a token is good now, against the current registry: a grant withdrawn since the mint refuses the call.
package enum VerifyPolicy {
    /// What remains to be asked of the ledger once everything else is in order.
    package struct Decision: Sendable {
        /// The tool that will run, or `nil` for a session token that runs none.
        package let tool: Tool?
        /// SHA-256 of the canonical arguments as they were sent.
        package let argumentsDigest: SHA256Digest?
        /// The same of the arguments without an idempotency key: what is compared with those of an earlier call.
        package let effectDigest: SHA256Digest?
        package let registered: RegisteredDeployment
        fileprivate let grantCheck: GrantCheck
        fileprivate let subject: Subject
        /// What the tool, the environment or the deployment wants to have approved.
        fileprivate let demand: ApprovalDemand?

        /// Whether the actor's grants cover the call and everything that needs a person's approval has it, given what the
        /// ledger vouches for.
        ///
        /// Only the ledger knows that, so it asks this before it lets the token be used.
        package func refusal(_ backing: TokenBacking) -> Refusal? {
            let demandOfGrants: ApprovalDemand?
            do throws(Refusal) {
                demandOfGrants = try grantCheck.demand(Actor(subject: subject, groups: backing.groups))
            } catch {
                return error
            }
            return backing.isApproved ? nil : (demand ?? demandOfGrants)?.refusal
        }
    }

    package static func decide(
        _ token: VerifiedToken, _ query: VerifyQuery, in snapshot: TenantSnapshot, _ context: VerifyContext
    ) throws(Refusal) -> Decision {
        let claims = token.claims
        guard claims.issuer == context.issuer else { throw Refusal(.issuer, .wrongIssuer) }
        let registered = try checkAudience(claims, query, in: snapshot, context)
        try checkTime(claims, nowSeconds: context.nowSeconds)
        guard snapshot.registry.clients.keys.contains(claims.client) else {
            throw Refusal(.enabled, .disabled(.client))
        }
        try snapshot.disabled.check(
            tenant: claims.tenant, deployment: claims.deployment, client: claims.client, actor: claims.subject,
            tool: query.tool)
        if let name = query.tool, snapshot.quarantine.holds(name, of: claims.deployment.connector) {
            throw Refusal(.enabled, .toolQuarantined)
        }
        let tool = try checkTool(claims, query, registered)
        try checkScopes(claims, tool: tool, registered)

        let grants = registered.grants.candidates(for: claims.subject)
        var check = GrantCheck(
            grants: grants, tool: tool?.name, scope: claims.scope, nowSeconds: context.nowSeconds)
        try refuseWhereNoGroupHelps(check, claims)
        guard !snapshot.revocations.revokes(token) else { throw Refusal(.revoked, .tokenRevoked) }

        let need = tool.flatMap { ApprovalNeed.demand($0, in: registered.deployment, of: snapshot.registry) }
        guard let tool, !query.isPeek else {
            return Decision(
                tool: tool, argumentsDigest: nil, effectDigest: nil, registered: registered, grantCheck: check,
                subject: claims.subject, demand: need)
        }
        let arguments = query.arguments ?? JSONObject()
        let (digest, effect) = ArgumentsDigest.both(arguments, tool: tool.name)
        if let bound = claims.argumentsDigest, !digest.constantTimeEquals(bound) {
            throw Refusal(.arguments, .argumentsMismatch)
        }
        try snapshot.contracts.checkSchema(arguments, tool: tool.name, of: claims.deployment.connector)
        let violated = try snapshot.contracts.checkConstraints(arguments, tool: tool.name, of: claims.deployment)
        check.unmet = try snapshot.contracts.unmetGrants(grants, arguments: arguments, tool: tool.name)
        // Where they are all met this has been asked already.
        if !check.unmet.isEmpty { try refuseWhereNoGroupHelps(check, claims) }
        guard tool.effect == .read || query.idempotencyKey != nil else {
            throw Refusal(.idempotency, .idempotencyKeyRequired)
        }
        return Decision(
            tool: tool, argumentsDigest: digest, effectDigest: effect, registered: registered, grantCheck: check,
            subject: claims.subject, demand: violated ?? need)
    }

    /// Only the ledger knows the groups kept with the token, and whether a person has approved the call. Whoever is covered by
    /// name needs no groups; whom not even all of them would cover is refused here, in the order of the checks.
    private static func refuseWhereNoGroupHelps(_ check: GrantCheck, _ claims: TokenClaims) throws(Refusal) {
        do throws(Refusal) {
            _ = try check.demand(Actor(subject: claims.subject))
        } catch {
            let allGroups = Set(check.grants.compactMap(\.subject.group))
            guard check.mayCover(Actor(subject: claims.subject, groups: allGroups)) else { throw error }
        }
    }

    private static func checkAudience(
        _ claims: TokenClaims, _ query: VerifyQuery, in snapshot: TenantSnapshot, _ context: VerifyContext
    ) throws(Refusal) -> RegisteredDeployment {
        guard claims.tenant == context.tenant, context.ownedDeployments.contains(claims.deployment),
            query.environment == nil || query.environment == claims.deployment.environment,
            let registered = snapshot.deployments[claims.deployment], registered.connector.resource == claims.audience
        else { throw Refusal(.audience, .wrongAudience) }
        return registered
    }

    private static func checkTime(_ claims: TokenClaims, nowSeconds: Int64) throws(Refusal) {
        guard nowSeconds < claims.expiresAt else { throw Refusal(.time, .tokenExpired) }
        guard claims.issuedAt <= nowSeconds + Limits.clockLeewaySeconds else {
            throw Refusal(.time, .tokenNotYetValid)
        }
    }

    /// The tool that will run, or `nil` for a session token that runs none.
    private static func checkTool(
        _ claims: TokenClaims, _ query: VerifyQuery, _ registered: RegisteredDeployment
    ) throws(Refusal) -> Tool? {
        switch claims.kind {
        case .call: guard query.tool == claims.tool else { throw Refusal(.tool, .toolMismatch) }
        case .session: break
        }
        guard let name = query.tool else { return nil }
        guard let tool = registered.connector.tool(name) else { throw Refusal(.tool, .unknownTool) }
        guard registered.deployment.allows(tool) else { throw Refusal(.allowList, .toolNotAllowed) }
        if claims.kind == .session, tool.effect != .read {
            guard !tool.scopes.isEmpty, tool.scopes.isSubset(of: registered.deployment.sessionScopes) else {
                throw Refusal(.tool, .toolMismatch)
            }
        }
        return tool
    }

    private static func checkScopes(
        _ claims: TokenClaims, tool: Tool?, _ registered: RegisteredDeployment
    ) throws(Refusal) {
        let ceiling =
            claims.kind == .session
            ? SessionScopes.ceiling(of: registered.deployment, connector: registered.connector)
            : registered.deployment.scopes
        let missing = (tool?.scopes ?? .empty).subtracting(claims.scope).union(claims.scope.subtracting(ceiling))
        guard missing.isEmpty else { throw Refusal(.scopes, .insufficientScope(missing: missing)) }
    }
}
