package import HallpassCore
import HallpassStorage

/// What a cutoff reached.
package struct RevocationReport: Sendable {
    package let cutoff: RevocationCutoff
    /// Tokens that were good until now.
    package let liveTokens: Int64
}

extension Broker {
    /// RFC 7009: the answer is the same whether there was anything to revoke.
    ///
    /// A token dies at the word of the client that minted it, of the server it is for, or of a client that may revoke.
    ///
    /// - Throws: when nothing could be recorded.
    package func revokeToken(
        _ text: String, by client: AuthenticatedClient, _ context: CallContext
    ) async throws(HallpassError) {
        var entry = AuditEntry(.revokeToken, .allow, by: client, context, at: clock)
        let token: VerifiedToken
        do throws(Refusal) {
            token = try checkToken(Array(text.utf8), keys: client.snapshot.keys)
            entry.describe(token.claims)
            guard token.claims.tenant == client.tenant, client.mayRevoke(token.claims) else {
                throw Refusal(.caller, .forbidden(needs: "the token is another client's"))
            }
        } catch {
            let refused = entry.refused(error)
            _ = try await submit(.record, for: client.tenant) { _ in refused }
            return
        }
        let allowed = entry
        let action = LedgerAction.revokeToken(
            ShownToken(token), isCutOff: client.snapshot.revocations.revokes(token))
        let outcome = try await submit(action, for: client.tenant) { outcome in
            var entry = allowed
            switch outcome {
            case .refused(let refusal): return entry.refused(refusal)
            case .tokenRevoked(let wasLive): entry.count = wasLive ? 1 : 0
            default: break
            }
            return entry
        }
        switch outcome {
        case .refused(let refusal): raiseAlarmIfKeyLeaked(refusal, token)
        case .tokenRevoked(wasLive: true):
            let revoked = RevokedToken(id: token.claims.id, sequence: token.claims.sequence)
            feed.announce(.token(revoked), of: client.tenant)
        default: break
        }
    }

    /// A cutoff: everything minted up to now that matches is dead before this returns.
    ///
    /// There is no taking it back: who was cut off mints anew.
    ///
    /// - Parameter id: what the dimension's things are called; see ``RevocationDimension``.
    package func revoke(
        _ dimension: RevocationDimension, id: String, reason: String, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> RevocationReport {
        try checkRevocable(dimension, id: id, by: admin)
        return try await gate.pass { () async throws(HallpassError) in
            try await cutOff(dimension, id: id, reason: reason, by: admin, context)
        }
    }

    /// The cutoff itself, recorded, in force and told. To be called inside ``gate``.
    func cutOff(
        _ dimension: RevocationDimension, id: String, reason: String, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> RevocationReport {
        var entry = AuditEntry(.revoke, .allow, by: admin, context, at: clock)
        entry.target = "\(dimension.rawValue) \(id)"
        entry.reason = reason
        let draft = entry
        let outcome = try await submitCutoff(
            .revoke(dimension, id: id, author: admin.author, reason: reason), for: admin.tenant
        ) { outcome in
            var entry = draft
            if case .cutoff(_, let count) = outcome { entry.count = count }
            return entry
        }
        guard case .cutoff(let cutoff, let liveTokens) = outcome else { throw .internal }
        publishTenant(admin.tenant) { $0.revoking(cutoff) }
        feed.announce(.revocation(cutoff), number: cutoff.cutoff, of: admin.tenant)
        return RevocationReport(cutoff: cutoff, liveTokens: liveTokens)
    }

    /// How many good tokens a cutoff would end now.
    package func countRevocable(
        _ dimension: RevocationDimension, id: String, by admin: TenantAdmin
    ) async throws(HallpassError) -> Int64 {
        try checkRevocable(dimension, id: id, by: admin)
        return try await ledger.liveTokens(
            of: admin.tenant, dimension: dimension, id: id, after: cutoffs(of: admin.tenant),
            nowSeconds: clock.nowSeconds)
    }

    private func checkRevocable(
        _ dimension: RevocationDimension, id: String, by admin: TenantAdmin
    ) throws(HallpassError) {
        try admin.require(.revoke)
        let isName = dimension == .tenant ? id == admin.tenant.rawValue : dimension.canName(id)
        guard isName else {
            throw .invalidRequest(path: "/id", rule: "format", message: "is not the name of such a thing")
        }
    }
}

extension AuthenticatedClient {
    fileprivate func mayRevoke(_ claims: TokenClaims) -> Bool {
        switch client.kind {
        case .gateway: claims.client == client.id
        case .mcpServer(let deployments): deployments.contains(claims.deployment)
        case .automation(let roles): roles.contains { $0.permissions.contains(.revoke) }
        }
    }
}
