import HallpassCore

/// Who a call is for and who acts for them, as far as it was shown.
struct ProvenCall {
    let actor: Actor
    let act: ActorChain
}

/// What the identity tokens of a mint say that were found good; `nil` where there is none.
struct ShownIdentities: Sendable {
    var actor: ProvenIdentity?
    var agent: ProvenIdentity?
}

extension MintCommand {
    /// Whether identity tokens have to be proven first.
    var showsTokens: Bool {
        if case .token = proof { return true }
        if case .token = agent { return true }
        return false
    }
}

extension Broker {
    /// Proves the identity tokens that a gateway shows.
    ///
    /// - Parameter entry: is told which issuer spoke, or failed to, before anything is thrown.
    /// - Throws: `actor_not_proven`, `issuer_unknown`, `actor_token_expired`; `unavailable` where an issuer's keys cannot be
    ///   had, because then nothing is known of its token.
    func prove(
        _ command: MintCommand, by client: AuthenticatedClient, entry: inout AuditEntry
    ) async throws(Refusal) -> ShownIdentities {
        var shown = ShownIdentities()
        if case .token(let token) = command.proof {
            do throws(ProofFailure) {
                shown.actor = try await prove(token, in: client.snapshot, of: client.tenant) { entry.issuer = $0 }
            } catch {
                throw entry.refusal(error)
            }
        }
        entry.subject = try actor(command.proof, shown, by: client).subject
        if case .token(let token) = command.agent {
            do throws(ProofFailure) {
                shown.agent = try await prove(token, in: client.snapshot, of: client.tenant) { entry.actIssuer = $0 }
            } catch {
                throw entry.refusal(error)
            }
        }
        return shown
    }

    /// Holds what a gateway shows against what it may show.
    ///
    /// - Parameter shown: of the tokens in `command`.
    /// - Throws: `actor_not_proven`.
    func provenCall(
        _ command: MintCommand, _ shown: ShownIdentities, by client: AuthenticatedClient, entry: inout AuditEntry
    ) throws(Refusal) -> ProvenCall {
        let actor = try actor(command.proof, shown, by: client)
        entry.subject = actor.subject
        let agent = try agent(command.agent, shown, by: client)
        do throws(ProofFailure) {
            let act = try Delegation.chain(of: agent, for: shown.actor)
            entry.act = act
            return ProvenCall(actor: actor, act: act)
        } catch {
            throw entry.refusal(error)
        }
    }

    private func actor(
        _ proof: ActorProof, _ shown: ShownIdentities, by client: AuthenticatedClient
    ) throws(Refusal) -> Actor {
        switch proof {
        case .asserted(let actor):
            try client.requireAssertion("this client may not assert actors")
            return actor
        case .token:
            guard let identity = shown.actor else { throw Refusal(.actorProof, .internal) }
            return identity.actor
        }
    }

    private func agent(
        _ proof: AgentProof?, _ shown: ShownIdentities, by client: AuthenticatedClient
    ) throws(Refusal) -> Delegation.Agent {
        switch proof {
        case nil: return .client(client.client.id, broker: settings.issuer)
        case .asserted(let chain):
            try client.requireAssertion("this client may not assert who acts")
            return .asserted(chain)
        case .token:
            guard let identity = shown.agent else { throw Refusal(.actorProof, .internal) }
            return .proven(identity)
        }
    }

    /// - Parameter known: called with the issuer once it is known which one it would be; what it throws ends the proof.
    func prove(
        _ token: IdentityToken, in snapshot: TenantSnapshot, of tenant: TenantID,
        known: (IssuerID) throws(ProofFailure) -> Void
    ) async throws(ProofFailure) -> ProvenIdentity {
        let unverified = try UnverifiedIdentityToken(token.text)
        let issuer = try IdentityTokenVerifier.issuer(of: unverified, as: token.type, in: snapshot)
        try known(issuer.id)
        let keys = try await keys(of: issuer, for: unverified.keyID, in: snapshot, tenant)
        let verified = try IdentityTokenVerifier.verify(unverified, of: issuer, with: keys)
        return try IdentityPolicy.identity(of: verified, nowSeconds: clock.nowSeconds)
    }
}

extension AuthenticatedClient {
    /// A client's word counts only where its registration says so.
    fileprivate func requireAssertion(_ refusal: StaticText) throws(Refusal) {
        guard case .gateway(assertsActors: true) = client.kind else {
            throw Refusal(.actorProof, .actorNotProven(refusal))
        }
    }
}

extension AuditEntry {
    fileprivate mutating func refusal(_ failure: ProofFailure) -> Refusal {
        proofCheck = failure.check
        return Refusal(.actorProof, failure.error)
    }
}
