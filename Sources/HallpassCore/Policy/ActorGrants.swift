/// What one actor's grants for one deployment amount to, for one tool or for a session.
struct ActorGrants {
    let scopes: ScopeSet
    /// Groups that the deployment's grants name and the actor belongs to: what must be remembered with a token so that
    /// its grant can be looked at again.
    let relevantGroups: Set<GroupName>

    /// - Parameter leavingOut: grants whose own constraints the arguments violate.
    /// - Returns: `nil` when no grant in force covers the tool: no grant means no.
    init?(
        _ grants: [Grant], actor: Actor, tool: ToolName?, nowSeconds: Int64, leavingOut: Set<GrantID> = []
    ) {
        // Most actors have one grant, whose scopes need not be put together with others.
        var scopes: ScopeSet?
        var relevantGroups: Set<GroupName> = []
        for grant in grants {
            switch grant.subject {
            case .user(let subject): guard subject == actor.subject else { continue }
            case .group(let group):
                guard actor.groups.contains(group) else { continue }
                relevantGroups.insert(group)
            }
            guard grant.isInForce(atSeconds: nowSeconds), grant.covers(tool), !leavingOut.contains(grant.id) else {
                continue
            }
            scopes = scopes.map { $0.union(grant.scopes) } ?? grant.scopes
        }
        guard let scopes else { return nil }
        self.scopes = scopes
        self.relevantGroups = relevantGroups
    }
}

/// Asks an actor's grants about one call: with all of them, and with those that its arguments leave.
struct GrantCheck: Sendable {
    let grants: [Grant]
    let tool: ToolName?
    /// All of these must be granted.
    let scope: ScopeSet
    let nowSeconds: Int64
    /// Grants whose own constraints the arguments violate.
    var unmet: [GrantID: ConstraintViolation] = [:]

    /// - Returns: what has to be approved before the grants cover the call; `nil` where they do as it is.
    func demand(_ actor: Actor) throws(Refusal) -> ApprovalDemand? {
        guard let granted = ActorGrants(grants, actor: actor, tool: tool, nowSeconds: nowSeconds) else {
            throw Refusal(.grant, .actorNotGranted)
        }
        let missing = scope.subtracting(granted.scopes)
        guard missing.isEmpty else { throw Refusal(.grant, .insufficientScope(missing: missing)) }
        guard !unmet.isEmpty, !covers(actor, without: unmet) else { return nil }
        // Without its unmet grants the call is not covered, so one of those is what stands in its way.
        let isApprovable = covers(actor, without: unmet.filter(\.value.isFinal))
        let own = grants.lazy.filter { $0.isInForce(atSeconds: nowSeconds) && $0.covers(tool) && $0.isFor(actor) }
            .compactMap { unmet[$0.id] }
        switch own.first(where: { $0.isFinal != isApprovable }) {
        case .approvable(let demand): return demand
        case .final(let refusal): throw refusal
        case nil: throw Refusal(.grant, .actorNotGranted)
        }
    }

    /// Whether they do, be it with an approval.
    func mayCover(_ actor: Actor) -> Bool {
        do throws(Refusal) {
            _ = try demand(actor)
            return true
        } catch {
            return false
        }
    }

    private func covers(_ actor: Actor, without unmet: [GrantID: ConstraintViolation]) -> Bool {
        let met = ActorGrants(grants, actor: actor, tool: tool, nowSeconds: nowSeconds, leavingOut: Set(unmet.keys))
        return met.map { scope.isSubset(of: $0.scopes) } ?? false
    }
}

extension Grant {
    fileprivate func isFor(_ actor: Actor) -> Bool {
        switch subject {
        case .user(let subject): subject == actor.subject
        case .group(let group): actor.groups.contains(group)
        }
    }
}
