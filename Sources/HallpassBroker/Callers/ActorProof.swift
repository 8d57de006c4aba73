package import HallpassCore

/// How a gateway shows who a call is for.
package enum ActorProof: Sendable {
    /// The client's own word.
    case asserted(Actor)
    /// The word of an identity provider.
    case token(IdentityToken)
}

/// How a gateway shows who acts for them.
package enum AgentProof: Sendable {
    /// The client's own word.
    case asserted(ActorChain)
    /// The word of an identity provider.
    case token(IdentityToken)
}

/// A JWT as it was presented, and what its presenter says it is.
package struct IdentityToken: Sendable {
    let text: String
    let type: IdentityTokenType

    package init(text: String, type: IdentityTokenType) {
        self.text = text
        self.type = type
    }
}

extension IdentityToken: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
