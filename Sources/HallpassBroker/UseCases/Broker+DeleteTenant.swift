package import HallpassCore
import HallpassCrypto
package import HallpassStorage
import StrictJSON
import Synchronization

/// What a tenant's deletion ended, or would end.
package struct TenantDeletionReport: Sendable {
    package let tenant: TenantID
    /// Tokens that were good until now.
    package let liveTokens: Int64
    /// As of just before.
    package let holdings: [TenantHolding: Int64]
}

/// The end of a tenant. It is none any more, and nothing that was sealed in it can be opened by anybody, before the answer
/// leaves; its rows are removed by ``eraseDeletedTenants(atMost:_:pause:)``. Its audit stays, and its name is not given again,
/// because tokens, chains and copies of the database are bound to it.
extension Broker {
    /// What would go.
    package func countDeletable(by admin: TenantAdmin) async throws(HallpassError) -> TenantDeletionReport {
        try requireDeletable(admin)
        return try await deletionReport(of: admin.tenant)
    }

    /// - Parameters:
    ///   - name: the tenant's, as the one who asks wrote it once more.
    ///   - cascade: with everything that is registered in it.
    /// - Throws: ``HallpassError/inUse(by:)`` without `cascade` where something is registered;
    ///   ``HallpassError/invalidRequest(_:)`` where the name is another, or the platform's own.
    package func deleteTenant(
        confirming name: String, cascade: Bool, if condition: ChangeCondition, reason: String, by admin: TenantAdmin,
        _ context: CallContext
    ) async throws(HallpassError) -> TenantDeletionReport {
        try requireDeletable(admin)
        let tenant = admin.tenant
        guard name.hasSameBytes(as: tenant.rawValue) else {
            throw .invalidRequest(path: "/confirm", rule: "const", message: "must be the name of the tenant to delete")
        }
        let report = try await gate.pass { () async throws(HallpassError) in
            // People's accounts change inside a gate of their own.
            try await accountGate.pass { () async throws(HallpassError) in
                guard let current = snapshot.tenants[tenant]?.registry.tenant else { throw .tenantDeleted }
                try condition.check(.tenant(current))
                let report = try await deletionReport(of: tenant)
                guard cascade || report.uses.isEmpty else { throw .inUse(by: report.uses) }
                try await delete(report, reason: reason, by: admin, context)
                return report
            }
        }
        // If somebody reads from it just now, the removal of the rest does it.
        _ = await ledger.truncateLog()
        return report
    }

    /// To be called inside both gates.
    private func delete(
        _ report: TenantDeletionReport, reason: String, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) {
        let tenant = report.tenant
        let keys: [Ed25519PrivateKey]
        do {
            keys = try await checkpointKeys(of: tenant)
        } catch {
            throw .unavailable
        }
        guard let signer = keys.last else { throw .internal }
        let now = clock.nowSeconds
        let deleted = DeletedTenant(
            id: tenant, deletedAt: now, author: admin.caller.author(in: .platform), reason: reason,
            auditKeys: keys.map(\.publicKey))
        let (checkpoint, number) = try await deletionStore.delete(
            deleted, entry: entry(report, in: tenant, reason: reason, by: admin, context),
            platformEntry: entry(report, in: .platform, reason: reason, by: admin, context)
        ) { head in
            let checkpoint = AuditCheckpoint(tenant: tenant, head: head, timeSeconds: now)
            return SignedCheckpoint(
                checkpoint: checkpoint, signature: try signer.signature(for: checkpoint.signedBytes))
        }
        let cutoff = RevocationCutoff(dimension: .tenant, id: tenant.rawValue, cutoff: number, createdAt: now)
        feed.close(tenant, with: .revocation(cutoff), number: number)
        publish { $0.marking(deleted) }
        directory.removeAll(of: tenant)
        lastCheckpoints.withLock { $0.append(checkpoint) }
        await forget(tenant)
    }

    private func entry(
        _ report: TenantDeletionReport, in chain: TenantID, reason: String, by admin: TenantAdmin,
        _ context: CallContext
    ) -> AuditEntry {
        var entry = AuditEntry(.tenantDelete, .allow, by: admin.caller, in: chain, context, at: clock)
        entry.target = "tenant \(report.tenant)"
        entry.count = report.liveTokens
        entry.reason = reason
        return entry
    }

    /// What is remembered of it beside the snapshot.
    private func forget(_ tenant: TenantID) async {
        publishedKeys.keep(only: [], of: tenant)
        rateLimiter.forget(tenant)
        await accessTokens.forgetAll(of: tenant)
    }

    private func deletionReport(of tenant: TenantID) async throws(HallpassError) -> TenantDeletionReport {
        let now = clock.nowSeconds
        let liveTokens = try await ledger.liveTokens(
            of: tenant, dimension: .tenant, id: tenant.rawValue, after: cutoffs(of: tenant), nowSeconds: now)
        let holdings = try await reading { try await deletionStore.holdings(of: tenant, nowSeconds: now) }
        return TenantDeletionReport(tenant: tenant, liveTokens: liveTokens, holdings: holdings)
    }

    private func requireDeletable(_ admin: TenantAdmin) throws(HallpassError) {
        try admin.require(.deleteTenant)
        guard admin.tenant != .platform else {
            throw .invalidRequest(
                path: "", rule: "platform", message: "names the tenant platform, which is never deleted")
        }
        guard snapshot.tenants[admin.tenant] != nil else { throw .notFound }
    }
}

extension Broker {
    /// Those that were deleted, by name: for the platform's admins and auditors.
    package func deletedTenants(by caller: Caller) throws(HallpassError) -> [DeletedTenant] {
        let roles = caller.roles ?? []
        guard caller.tenant == .platform, roles.contains(.platformAdmin) || roles.contains(.auditor) else {
            throw .forbidden(needs: "it needs the role platform_admin, or auditor of the tenant platform")
        }
        return snapshot.deleted.values.sorted { $0.id < $1.id }
    }

    /// Removes from the disk what is left of deleted tenants, but for their audit. Whoever is interrupted asks again.
    ///
    /// - Parameters:
    ///   - limit: how many rows at a time, so that nobody who waits for the ledger notices.
    ///   - pause: called between two times; throws to end it.
    /// - Returns: those of which nothing is left now.
    package func eraseDeletedTenants(
        atMost limit: Int = 500, _ context: CallContext, pause: () async throws -> Void
    ) async throws -> [TenantID] {
        var erased: [TenantID] = []
        for deleted in snapshot.deleted.values.sorted(by: { $0.id < $1.id }) where deleted.erasedAt == nil {
            while try await deletionStore.removeRemains(of: deleted.id, limit: limit) { try await pause() }
            // A request that was under way may have left something in memory.
            await forget(deleted.id)
            // While somebody reads from the log, the next round has nothing to remove and tries again.
            guard await ledger.truncateLog() else { continue }
            var entry = AuditEntry(.tenantErase, .allow, by: nil, context, at: clock)
            entry.target = "tenant \(deleted.id)"
            try await deletionStore.noteErased(deleted.id, nowSeconds: clock.nowSeconds, audit: entry)
            var marked = deleted
            marked.erasedAt = clock.nowSeconds
            let gone = marked
            await gate.pass { publish { $0.marking(gone) } }
            erased.append(deleted.id)
        }
        return erased
    }
}

extension TenantDeletionReport {
    /// What is in use, such as `2 connectors`.
    fileprivate var uses: [String] {
        TenantHolding.allCases.filter(\.isUse).compactMap { holding in
            guard let count = holdings[holding], count > 0 else { return nil }
            return "\(holding.rawValue.replacing("_", with: " ")): \(count)"
        }
    }
}
