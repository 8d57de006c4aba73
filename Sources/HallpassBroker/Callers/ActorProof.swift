package import HallpassCore

/// How a gateway shows who a call is for. The JWTs of identity providers have their place here.
package enum ActorProof: Sendable {
    /// The client's own word.
    case asserted(Actor)

    /// - Throws: `actor_not_proven` when this client's word is no proof.
    func prove(by client: Client) throws(Refusal) -> Actor {
        switch self {
        case .asserted(let actor):
            guard case .gateway(assertsActors: true) = client.kind else {
                throw Refusal(.actorProof, .actorNotProven("this client may not assert actors"))
            }
            return actor
        }
    }
}
