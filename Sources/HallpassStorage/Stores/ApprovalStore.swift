import Foundation
import GRDB
package import HallpassCore

/// Reads what waits for a person and what was decided; only ``Ledger`` writes it.
package struct ApprovalStore: Sendable {
    private let database: HallpassDatabase

    package init(database: HallpassDatabase) { self.database = database }

    /// - Parameters:
    ///   - state: as of `nowSeconds`; absent for all.
    ///   - before: the number of the last of the page before; absent for the newest.
    /// - Returns: newest first.
    package func list(
        _ tenant: TenantID, state: ApprovalState?, before: Int64? = nil, limit: Int, nowSeconds: Int64
    ) async throws -> [Approval] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(ApprovalTable.columns) FROM approval
                    WHERE tenant_id = ?1 AND sequence < ?2 AND (?3 IS NULL OR ?3 = \(Self.state))
                    ORDER BY sequence DESC LIMIT ?5
                    """,
                arguments: [tenant.rawValue, before ?? .max, state?.rawValue, nowSeconds, limit]
            ).map(ApprovalTable.approval)
        }
    }

    /// One approval with the sealed arguments of its call; `nil` where this tenant has none by that id.
    package func find(_ id: ApprovalID, of tenant: TenantID) async throws -> (approval: Approval, arguments: [UInt8])? {
        try await database.read { db in
            guard let approval = try ApprovalTable(db, of: tenant).find(id),
                let arguments = try Data.fetchOne(
                    db, sql: "SELECT arguments FROM approval WHERE tenant_id = ? AND sequence = ?",
                    arguments: [tenant.rawValue, id.sequence])
            else { return nil }
            return (approval, [UInt8](arguments))
        }
    }

    /// ``Approval/state(atSeconds:)`` at ?4, for a list that is narrowed before it is cut into pages.
    private static let state = """
        CASE WHEN is_used THEN 'used' WHEN verdict = 'rejected' THEN 'rejected' WHEN expires_at <= ?4 THEN 'expired'
            WHEN verdict IS NULL THEN 'pending' ELSE 'approved' END
        """
}
