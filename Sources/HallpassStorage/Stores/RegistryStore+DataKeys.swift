import GRDB
package import HallpassCore

/// A data key with what has become of it.
package struct DataKeySummary: Hashable, Sendable {
    package let version: Int64
    /// Unix seconds.
    package let createdAt: Int64
    /// Unix seconds; `nil` while it seals.
    package let supersededAt: Int64?
    /// Unix seconds; `nil` while something may be sealed under it.
    package let retiredAt: Int64?
}

extension RegistryStore {
    /// Oldest first.
    package func dataKeys(_ tenant: TenantID) async throws -> [DataKeySummary] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT version, created_at, superseded_at, retired_at FROM data_key
                    WHERE tenant_id = ? ORDER BY version
                    """,
                arguments: [tenant.rawValue]
            ).map { row in
                DataKeySummary(
                    version: try row.decode(atIndex: 0), createdAt: try row.decode(atIndex: 1),
                    supersededAt: try row.decode(atIndex: 2), retiredAt: try row.decode(atIndex: 3))
            }
        }
    }

    /// Has a further key follow the one that seals.
    ///
    /// - Throws: ``HallpassError/internal`` where there is a key of that version, and as ``Ledger/submit(_:)``.
    package func addDataKey(_ key: SealedKeyRow, audit: AuditEntry) async throws(HallpassError) {
        try await ledger.transact { transaction in
            try transaction.db.run(
                "UPDATE data_key SET superseded_at = ? WHERE tenant_id = ? AND superseded_at IS NULL",
                [key.createdAt, key.tenant.rawValue])
            try KeyTable.insert(key, as: .data, transaction.db)
            try transaction.record(audit, of: key.tenant)
        }
    }

    /// Notes up to which number calls may have been sealed under keys that seal no more. To be called once nobody takes up such
    /// a key any more; later does no harm.
    package func settleDataKeys(of tenant: TenantID) async throws(HallpassError) {
        let last = ledger.nextSequence()
        try await ledger.transact { transaction in
            try transaction.db.run(
                """
                UPDATE data_key SET last_sequence = ?
                WHERE tenant_id = ? AND superseded_at IS NOT NULL AND last_sequence IS NULL
                """,
                [last, tenant.rawValue])
        }
    }

    /// Lets go of the keys that nothing is sealed under any more: no call, no approval. That no credential is, is for the caller
    /// to have seen. Records nothing where there are none.
    ///
    /// - Parameter audit: makes the record, given how many there were.
    package func retireDataKeys(
        of tenant: TenantID, nowSeconds: Int64, audit: @escaping @Sendable (Int) -> AuditEntry
    ) async throws(HallpassError) -> Int {
        try await ledger.transact { transaction in
            try transaction.db.run(
                """
                UPDATE data_key SET retired_at = ?1
                WHERE tenant_id = ?2 AND retired_at IS NULL AND superseded_at + ?3 <= ?1 AND last_sequence IS NOT NULL
                    AND NOT EXISTS (
                        SELECT 1 FROM call WHERE call.tenant_id = ?2 AND call.sequence <= data_key.last_sequence)
                    AND NOT EXISTS (
                        SELECT 1 FROM approval
                        WHERE approval.tenant_id = ?2 AND requested_at <= data_key.superseded_at + ?3)
                """,
                [nowSeconds, tenant.rawValue, Limits.dataKeyOverlapSeconds])
            let count = transaction.db.changesCount
            if count > 0 { try transaction.record(audit(count), of: tenant) }
            return count
        }
    }
}
