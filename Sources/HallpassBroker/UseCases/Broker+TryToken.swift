package import HallpassCore
import HallpassStorage

/// How far an identity provider's token came.
package struct TokenTrial: Sendable {
    /// Who it proves its bearer to be; `nil` where a check refused it.
    package let actor: Actor?
    /// The check that refused it, and why. Those before it passed, those after it were not asked.
    package let failure: ProofFailure?
}

extension Broker {
    /// Holds a token against an issuer as a mint would, for the admin who set that up. The token is used for nothing and kept
    /// nowhere.
    ///
    /// - Throws: ``HallpassError/notFound`` for an issuer that is not there.
    package func tryToken(
        _ token: IdentityToken, at id: IssuerID, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> TokenTrial {
        try admin.require(.readRegistry)
        guard let snapshot = snapshot.tenants[admin.tenant], snapshot.registry.issuers[id] != nil else {
            throw .notFound
        }
        var entry = AuditEntry(.issuerTest, .allow, by: admin, context, at: clock)
        entry.target = "issuer \(id)"
        let trial: TokenTrial
        do throws(ProofFailure) {
            let identity = try await prove(token, in: snapshot, of: admin.tenant) { (found) throws(ProofFailure) in
                guard found == id else {
                    throw ProofFailure(
                        .issuer, .issuerUnknown, because: "the token is of another issuer of this tenant")
                }
            }
            trial = TokenTrial(actor: identity.actor, failure: nil)
            entry.issuer = id
            entry.subject = identity.actor.subject
        } catch {
            trial = TokenTrial(actor: nil, failure: error)
            entry = entry.refused(Refusal(.actorProof, error.error))
            entry.proofCheck = error.check
        }
        entry.durationMicroseconds = context.elapsedMicroseconds
        let tried = entry
        _ = try await submit(.record, for: admin.tenant) { _ in tried }
        return trial
    }
}
