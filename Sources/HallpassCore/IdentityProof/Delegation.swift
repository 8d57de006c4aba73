import StrictJSON

/// Who acts for the actor, and whether the actor's token lets them. Source: RFC 8693 sections 4.1 and 4.4.
package enum Delegation {
    /// Who presents the actor's token.
    package enum Agent: Sendable {
        /// The client itself, which is known by its secret.
        case client(ClientID, broker: String)
        /// Whom the client names, its word being proof.
        case asserted(ActorChain)
        /// The bearer of an actor token.
        case proven(ProvenIdentity)
    }

    /// The agent first, then those that the actor's token names already.
    ///
    /// - Parameter actor: `nil` where a client asserted the actor.
    package static func chain(of agent: Agent, for actor: ProvenIdentity?) throws(ProofFailure) -> ActorChain {
        if let allowed = actor?.claims["may_act"] { try check(agent, against: allowed) }
        guard let chain = ActorChain(try agent.subjects() + (actor?.act ?? [])) else {
            throw ProofFailure(.delegation, "more than four act for each other")
        }
        return chain
    }

    /// Every claim that `may_act` names, the agent must have just so.
    private static func check(_ agent: Agent, against allowed: JSONValue) throws(ProofFailure) {
        let claims = agent.claims
        guard let wanted = allowed.objectValue, !wanted.isEmpty,
            wanted.members.allSatisfy({ claims[$0.name] == $0.value })
        else { throw ProofFailure(.delegation, "the token says that somebody else may act") }
    }

    /// Reads a token's `act`; what it says of an agent beyond its `sub` is not needed.
    static func chain(_ value: JSONValue?, prefix: String) throws(ProofFailure) -> [Subject] {
        var subjects: [Subject] = []
        var next = value
        while let link = next {
            guard subjects.count < Limits.actorChainDepth, let text = link.objectValue?["sub"]?.stringValue,
                !text.isEmpty, let subject = Subject(prefix + text)
            else { throw ProofFailure(.delegation, "the token does not name those who act as it should") }
            subjects.append(subject)
            next = link.objectValue?["act"]
        }
        return subjects
    }
}

extension Delegation.Agent {
    fileprivate func subjects() throws(ProofFailure) -> [Subject] {
        switch self {
        case .client(let id, _):
            guard let subject = Subject(id.rawValue) else { throw ProofFailure(.delegation, .internal) }
            return [subject]
        case .asserted(let chain): return chain.subjects
        case .proven(let identity):
            // An agent that acts for somebody else again would make two chains of one.
            guard identity.act.isEmpty else {
                throw ProofFailure(.delegation, "the agent's token is itself one that somebody acts with")
            }
            return [identity.actor.subject]
        }
    }

    fileprivate var claims: JSONObject {
        var claims = JSONObject()
        switch self {
        case .client(let id, let broker):
            claims["iss"] = .string(broker)
            claims["sub"] = .string(id.rawValue)
            claims["client_id"] = .string(id.rawValue)
        case .asserted(let chain):
            claims["sub"] = chain.subjects.first.map { .string($0.rawValue) }
        case .proven(let identity): claims = identity.claims
        }
        return claims
    }
}
