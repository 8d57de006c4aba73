import GRDB
package import HallpassCore

/// What cuts one tenant off from the past that a copy of its database does not know.
package struct TenantFence: Sendable {
    package let tenant: TenantID
    package let root: SealedKeyRow
    /// From that root, one for each deployment.
    package let keys: [SigningKeyRow]
    package let cutoff: RevocationSummary

    package init(tenant: TenantID, root: SealedKeyRow, keys: [SigningKeyRow], cutoff: RevocationSummary) {
        self.tenant = tenant
        self.root = root
        self.keys = keys
        self.cutoff = cutoff
    }
}

extension RegistryStore {
    /// Cuts off every tenant and takes the fence down, in one transaction: a server that dies before its end begins again.
    ///
    /// Ended are: signing keys and every token there is, approvals that nobody has used, leases of calls that are not
    /// reported, people's sessions and one-time links. What remains of a call under a key is that its outcome is unknown.
    ///
    /// - Parameter audit: makes the record of each tenant, given how many good tokens it ended.
    /// - Returns: how many good tokens were ended in all.
    package func cutOff(
        _ fences: [TenantFence], nowSeconds: Int64, audit: @escaping @Sendable (TenantID, Int64) -> AuditEntry
    ) async throws(HallpassError) -> Int64 {
        try await ledger.transact { transaction in
            var total: Int64 = 0
            for fence in fences {
                let count = try Self.cutOff(fence, nowSeconds: nowSeconds, transaction.db)
                try transaction.record(audit(fence.tenant, count), of: fence.tenant)
                total += count
            }
            try RestoreFence.lower(transaction.db)
            return total
        }
    }

    private static func cutOff(_ fence: TenantFence, nowSeconds: Int64, _ db: Database) throws -> Int64 {
        let tenant = fence.tenant.rawValue
        let count = try Int64.fetchOne(
            db, sql: "SELECT count(*) FROM token WHERE tenant_id = ? AND expires_at > ? AND \(TokenTable.isUnspent)",
            arguments: [tenant, nowSeconds])
        try KeyTable.insert(fence.root, as: .root, db)
        try SigningKeyTable.retireAll(
            of: fence.tenant, lastSequence: fence.cutoff.cutoff.cutoff, nowSeconds: nowSeconds, db)
        for key in fence.keys { try SigningKeyTable.insert(key, db) }
        try RevocationTable.insert(fence.cutoff, of: fence.tenant, db)
        // Since the copy it may have been used, or decided otherwise.
        try db.run(
            """
            UPDATE approval SET requested_at = min(requested_at, ?1 - 1), expires_at = ?1
            WHERE tenant_id = ?2 AND is_used = 0 AND expires_at > ?1
            """,
            [nowSeconds, tenant])
        // Nobody knows what came of it, and it may have been given its credential.
        try db.run(
            "UPDATE call SET lease_expires_at = ?1 WHERE tenant_id = ?2 AND outcome_digest IS NULL AND lease_expires_at > ?1",
            [nowSeconds, tenant])
        try db.run("DELETE FROM admin_session WHERE tenant_id = ?", [tenant])
        try db.run("DELETE FROM invitation WHERE tenant_id = ?", [tenant])
        return count ?? 0
    }
}
