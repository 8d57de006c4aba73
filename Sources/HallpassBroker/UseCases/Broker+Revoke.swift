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
        let claims: TokenClaims
        do throws(Refusal) {
            claims = try checkToken(Array(text.utf8), keys: client.snapshot.keys).claims
            entry.describe(claims)
            guard claims.tenant == client.tenant, client.mayRevoke(claims) else {
                throw Refusal(.caller, .forbidden(needs: "the token is another client's"))
            }
        } catch {
            let refused = entry.refused(error)
            _ = try await submit(.record, for: client.tenant) { _ in refused }
            return
        }
        let allowed = entry
        _ = try await submit(.revokeToken(sequence: claims.sequence, id: claims.id), for: client.tenant) { outcome in
            var entry = allowed
            if case .tokenRevoked(let wasLive) = outcome { entry.count = wasLive ? 1 : 0 }
            return entry
        }
    }

    /// A cutoff: everything minted up to now that matches is dead before this returns.
    ///
    /// - Parameter id: the actor's subject, the client's or the connector's name.
    package func revoke(
        _ dimension: RevocationDimension, id: String, reason: String, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> RevocationReport {
        try admin.require(.revoke)
        try checkRevocable(dimension, id: id)
        var entry = AuditEntry(.revoke, .allow, by: admin, context, at: clock)
        entry.target = "\(dimension.rawValue) \(id)"
        entry.reason = reason
        let draft = entry
        let author = admin.author
        return try await gate.pass { () async throws(HallpassError) in
            let outcome = try await submit(
                .revoke(dimension, id: id, author: author, reason: reason), for: admin.tenant
            ) { outcome in
                var entry = draft
                if case .cutoff(_, let count) = outcome { entry.count = count }
                return entry
            }
            guard case .cutoff(let cutoff, let liveTokens) = outcome else { throw .internal }
            publish { snapshot in
                guard let tenant = snapshot.tenants[admin.tenant] else { return snapshot }
                return snapshot.replacing(admin.tenant, with: tenant.revoking(cutoff))
            }
            return RevocationReport(cutoff: cutoff, liveTokens: liveTokens)
        }
    }

    private func checkRevocable(_ dimension: RevocationDimension, id: String) throws(HallpassError) {
        let isWellFormed =
            switch dimension {
            case .actor: Subject(id) != nil
            case .client: ClientID(id) != nil
            case .connector: ConnectorID(id) != nil
            }
        guard isWellFormed else {
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
