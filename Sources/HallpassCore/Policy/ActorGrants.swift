/// What one actor's grants for one deployment amount to, for one tool or for a session.
struct ActorGrants {
    let scopes: ScopeSet
    /// Groups that the deployment's grants name and the actor belongs to: what must be remembered with a token so that
    /// its grant can be looked at again.
    let relevantGroups: Set<GroupName>

    /// - Returns: `nil` when no grant in force covers the tool: no grant means no.
    init?(_ grants: [Grant], actor: Actor, tool: ToolName?, nowSeconds: Int64) {
        var scopes: [Scope] = []
        var relevantGroups: Set<GroupName> = []
        var isGranted = false
        for grant in grants {
            switch grant.subject {
            case .user(let subject): guard subject == actor.subject else { continue }
            case .group(let group):
                guard actor.groups.contains(group) else { continue }
                relevantGroups.insert(group)
            }
            guard grant.isInForce(atSeconds: nowSeconds), grant.covers(tool) else { continue }
            isGranted = true
            scopes += grant.scopes.scopes
        }
        guard isGranted else { return nil }
        self.scopes = ScopeSet(scopes)
        self.relevantGroups = relevantGroups
    }
}
