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

/// What one step of a sweep has come to.
package struct SweepStep: Hashable, Sendable {
    package let removedCount: Int
    /// Where the next step goes on; `nil` once every tenant has been looked at.
    package let next: TenantID?
}

extension Ledger {
    /// Removes tokens, calls or approvals that expired before a moment, the oldest first, at most `limit` of them.
    ///
    /// They are looked for on a connection of its own, among each tenant's `limit` oldest, so the writing thread does nothing
    /// but the deletions: ask for a few hundred at a time, and go on where the last step stopped, so that no tenant is looked
    /// through again for each few hundred of another's. A token behind `limit` older ones that are still good is found once
    /// they have expired.
    ///
    /// - Parameters:
    ///   - expiredBefore: Unix seconds.
    ///   - start: the tenant to begin with, and those after it by name; all of them by default.
    package func sweep(
        _ table: SweptTable, expiredBefore: Int64, limit: Int, from start: TenantID? = nil
    ) async throws(HallpassError) -> SweepStep {
        let expired: [RowKey]
        let next: TenantID?
        do {
            (expired, next) = try await database.read {
                try Self.oldestExpired(table, in: $0, before: expiredBefore, limit: limit, from: start)
            }
        } catch {
            throw .storageUnavailable
        }
        guard !expired.isEmpty else { return SweepStep(removedCount: 0, next: nil) }
        return try await transact { transaction in
            try LedgerSequence.note(self.lastSequence, transaction.db)
            let delete = try transaction.db.cachedStatement(
                sql: "DELETE FROM \(table.rawValue) WHERE tenant_id = ? AND sequence = ?")
            for key in expired { try delete.execute(arguments: [key.tenant, key.sequence]) }
            return SweepStep(removedCount: expired.count, next: next)
        }
    }

    private struct RowKey: Sendable {
        let tenant: String
        let sequence: Int64
    }

    private static func oldestExpired(
        _ table: SweptTable, in db: Database, before: Int64, limit: Int, from start: TenantID?
    ) throws -> (keys: [RowKey], next: TenantID?) {
        var expired: [RowKey] = []
        let oldest = try db.makeStatement(
            sql: "SELECT sequence, expires_at FROM \(table.rawValue) WHERE tenant_id = ? ORDER BY sequence LIMIT ?")
        var tenant = try String.fetchOne(
            db, sql: "SELECT min(tenant_id) FROM \(table.rawValue) WHERE tenant_id >= ?",
            arguments: [start?.rawValue ?? ""])
        while let current = tenant {
            let rows = try Row.fetchCursor(oldest, arguments: [current, limit])
            while let row = try rows.next() {
                guard try row.decode(Int64.self, atIndex: 1) < before else { continue }
                expired.append(RowKey(tenant: current, sequence: try row.decode(atIndex: 0)))
                guard expired.count < limit else {
                    guard let next = TenantID(current) else { throw DamagedRow(column: "\(table.rawValue).tenant_id") }
                    return (expired, next)
                }
            }
            tenant = try String.fetchOne(
                db, sql: "SELECT min(tenant_id) FROM \(table.rawValue) WHERE tenant_id > ?", arguments: [current])
        }
        return (expired, nil)
    }
}
