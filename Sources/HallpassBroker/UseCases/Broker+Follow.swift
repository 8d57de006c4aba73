package import HallpassCore
package import HallpassStorage

/// A client that may follow its tenant's revocations; only ``Broker/follower(_:)``, in this file, can make one.
package struct RevocationFollower: Sendable {
    let client: AuthenticatedClient

    fileprivate init(client: AuthenticatedClient) { self.client = client }
}

/// A client that follows its tenant's revocations: what is in force, and what happens from then on.
package struct RevocationFollowing: Sendable {
    /// In the order they were made, without those that the client knows already.
    package let cutoffs: [RevocationCutoff]
    /// Ended one by one, and not expired yet.
    package let tokens: [RevokedToken]
    package let disabled: [DisabledThing]
    package let quarantined: [Quarantine.Key]
    /// Of the registry.
    package let revision: Int64
    /// What to begin after the next time.
    package let number: Int64
    package let signals: Signals<RevocationEvent>
    /// Whether the client may still listen; to be asked before it is told anything more.
    package let isWelcome: @Sendable () -> Bool
}

extension Broker {
    /// Follows the revocations and switches of the client's own tenant.
    ///
    /// Nothing is lost between what is in force and what comes: it is listened first and looked at then, so an event may
    /// stand in both, and means the same twice.
    ///
    /// - Parameter after: a number from an earlier following; those up to it are known. One that was never given is one of
    ///   another broker, or from before a backup was restored, and counts for nothing.
    /// - Throws: ``HallpassError/limitReached(_:)`` when too many follow.
    package func followRevocations(
        after: Int64?, by follower: RevocationFollower
    ) async throws(HallpassError) -> RevocationFollowing {
        let client = follower.client
        let (signals, last) = try feed.follow(client.tenant)
        let tokens = try await reading {
            try await registryStore.revokedTokens(client.tenant, nowSeconds: clock.nowSeconds)
        }
        guard let tenant = snapshot.tenants[client.tenant] else { throw .notFound }
        let known = after.flatMap { ledger.hasGiven($0) ? $0 : nil } ?? 0
        let cutoffs = tenant.revocations.all
        return RevocationFollowing(
            cutoffs: cutoffs.filter { $0.cutoff > known }, tokens: tokens, disabled: tenant.disabled.all,
            quarantined: tenant.quarantine.all.map(\.key), revision: tenant.registry.revision,
            number: max(last ?? 0, cutoffs.last?.cutoff ?? 0), signals: signals,
            isWelcome: { [self] in isGood(client) })
    }

    /// - Throws: ``HallpassError/forbidden(needs:)``.
    package func follower(_ client: AuthenticatedClient) throws(HallpassError) -> RevocationFollower {
        guard client.mayFollowRevocations else {
            throw .forbidden(needs: "only gateways, MCP servers and clients with the role security follow revocations")
        }
        return RevocationFollower(client: client)
    }

    /// How many follow revocations now.
    package var revocationFollowerCount: Int { feed.followerCount }

    /// Whether a client that came in some time ago would be let in now.
    private func isGood(_ client: AuthenticatedClient) -> Bool {
        let snapshot = snapshot
        guard let again = identify(client.secret, in: snapshot), again.client == client.client else { return false }
        // Why not is said to it when it comes back.
        return (try? again.requireEnabled()) != nil
    }
}

extension AuthenticatedClient {
    fileprivate var mayFollowRevocations: Bool {
        switch client.kind {
        case .gateway, .mcpServer: true
        case .automation(let roles): roles.contains { $0.permissions.contains(.revoke) }
        }
    }
}
