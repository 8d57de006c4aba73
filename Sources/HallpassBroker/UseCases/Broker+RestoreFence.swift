import HallpassCore
package import HallpassStorage

/// A copy of a database knows nothing of the tokens that were used and the things that were revoked after it was made. Before
/// anything is answered from one, everything from before is cut off.
extension Broker {
    /// New roots and signing keys for every tenant and a cutoff over all its tokens: either alone would end them.
    ///
    /// - Throws: ``StartError`` before anything is changed, where a key does not open under this key file; a root that was
    ///   sealed under another one would lock its tenant out.
    func cutOffPast(_ fence: RestoreFence) async throws {
        let now = clock.nowSeconds
        let reason = "the database is \(fence.text)"
        var fences: [TenantFence] = []
        for stored in try await registryStore.loadAll(nowSeconds: now) {
            let tenant = stored.registry.tenant.id
            try tenantKeys.requireOpening(try await registryStore.sealedKeys(tenant))
            let root = try await nextRoot(of: tenant)
            let deployments = stored.registry.deployments.keys.sorted()
            let keys = try deployments.map { try newKey(for: $0, of: tenant, rootVersion: root.version) }
            let cutoff = RevocationCutoff(
                dimension: .tenant, id: tenant.rawValue, cutoff: ledger.nextSequence(), createdAt: now)
            fences.append(
                TenantFence(
                    tenant: tenant, root: root, keys: keys,
                    cutoff: RevocationSummary(cutoff: cutoff, author: "restore", reason: reason)))
        }
        let requestID = RequestID.make()
        let timeMilliseconds = clock.nowMilliseconds()
        let ended = try await registryStore.cutOff(fences, nowSeconds: now) { tenant, count in
            var entry = AuditEntry(
                event: .restoreFence, decision: .allow, timeMilliseconds: timeMilliseconds, requestID: requestID)
            entry.target = "tenant \(tenant)"
            entry.count = count
            entry.reason = reason
            return entry
        }
        settings.alarm(.pastCutOff(fence, endedTokens: ended))
    }
}

extension RestoreFence {
    /// `a copy of 2026-11-21T04:02:16Z`
    package var text: String {
        let moment = copiedAt.map { " of \(RFC3339.text(seconds: $0))" } ?? ""
        return switch cause {
        case .copy: "a copy\(moment)"
        case .older: "an older state of itself\(moment), by the mark beside it"
        case .unmarked: "a copy\(moment), because it has no mark beside it"
        case .foreign: "another database\(moment), by the mark beside it"
        }
    }
}
