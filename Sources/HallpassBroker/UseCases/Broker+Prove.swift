import HallpassCore

/// Who a call is for and who acts for them, as far as it was shown.
struct ProvenCall {
    let actor: Actor
    let act: ActorChain
}

extension Broker {
    /// Holds what a gateway shows against what it may show.
    ///
    /// - Parameter entry: is told which issuer spoke, or failed to, before anything is thrown.
    /// - Throws: `actor_not_proven`, `issuer_unknown`, `actor_token_expired`; `unavailable` where an issuer's keys cannot be
    ///   had, because then nothing is known of its token.
    func proveCall(
        _ command: MintCommand, by client: AuthenticatedClient, entry: inout AuditEntry
    ) async throws(Refusal) -> ProvenCall {
        let actor: Actor
        var identity: ProvenIdentity?
        switch command.proof {
        case .asserted(let asserted):
            try client.requireAssertion("this client may not assert actors")
            actor = asserted
        case .token(let token):
            do throws(ProofFailure) {
                let proven = try await prove(token, in: client.snapshot, of: client.tenant) { entry.issuer = $0 }
                identity = proven
                actor = proven.actor
            } catch {
                throw entry.refusal(error)
            }
        }
        entry.subject = actor.subject
        let agent: Delegation.Agent
        switch command.agent {
        case nil: agent = .client(client.client.id, broker: settings.issuer)
        case .asserted(let chain):
            try client.requireAssertion("this client may not assert who acts")
            agent = .asserted(chain)
        case .token(let token):
            do throws(ProofFailure) {
                agent = .proven(
                    try await prove(token, in: client.snapshot, of: client.tenant) { entry.actIssuer = $0 })
            } catch {
                throw entry.refusal(error)
            }
        }
        do throws(ProofFailure) {
            let act = try Delegation.chain(of: agent, for: identity)
            entry.act = act
            return ProvenCall(actor: actor, act: act)
        } catch {
            throw entry.refusal(error)
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
