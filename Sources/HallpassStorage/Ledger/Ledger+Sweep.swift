import GRDB
package import HallpassCore

/// What the ledger keeps for a time only.
package enum SweptTable: String, Sendable, CaseIterable {
    case token
    case call
    case approval

    /// How long a row is kept past its expiry.
    package var retentionSeconds: Int64 {
        switch self {
        case .token, .call: Limits.tokenRetentionSeconds
        case .approval: Limits.approvalRetentionSeconds
        }
    }
}

extension Ledger {
    /// Removes tokens, calls or approvals that expired before a moment, the oldest first, at most `limit` of them.
    ///
    /// They are looked for on a connection of its own, among each tenant's oldest, so the writing thread does nothing but the
    /// deletions: ask for a few hundred at a time, until fewer come back. A token behind `limit` older ones that are still
    /// good is found once they have expired.
    ///
    /// - Parameter expiredBefore: Unix seconds.
    /// - Returns: how many were removed.
    package func sweep(_ table: SweptTable, expiredBefore: Int64, limit: Int) async throws(HallpassError) -> Int {
        let expired: [RowKey]
        do {
            expired = try await database.read {
                try Self.oldestExpired(table, in: $0, before: expiredBefore, limit: limit)
            }
        } catch {
            throw .storageUnavailable
        }
        guard !expired.isEmpty else { return 0 }
        return try await transact { transaction in
            try LedgerSequence.note(self.lastSequence, transaction.db)
            let delete = try transaction.db.cachedStatement(
                sql: "DELETE FROM \(table.rawValue) WHERE tenant_id = ? AND sequence = ?")
            for key in expired { try delete.execute(arguments: [key.tenant, key.sequence]) }
            return expired.count
        }
    }

    private struct RowKey: Sendable {
        let tenant: String
        let sequence: Int64
    }

    private static func oldestExpired(
        _ table: SweptTable, in db: Database, before: Int64, limit: Int
    ) throws -> [RowKey] {
        var expired: [RowKey] = []
        let oldest = try db.makeStatement(
            sql: "SELECT sequence, expires_at FROM \(table.rawValue) WHERE tenant_id = ? ORDER BY sequence LIMIT ?")
        var tenant = try String.fetchOne(db, sql: "SELECT min(tenant_id) FROM \(table.rawValue)")
        while let current = tenant, expired.count < limit {
            let rows = try Row.fetchCursor(oldest, arguments: [current, limit - expired.count])
            while let row = try rows.next() {
                guard try row.decode(Int64.self, atIndex: 1) < before else { continue }
                expired.append(RowKey(tenant: current, sequence: try row.decode(atIndex: 0)))
            }
            tenant = try String.fetchOne(
                db, sql: "SELECT min(tenant_id) FROM \(table.rawValue) WHERE tenant_id > ?", arguments: [current])
        }
        return expired
    }
}
