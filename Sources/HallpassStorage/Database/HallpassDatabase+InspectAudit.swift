import GRDB
package import HallpassCore

/// A stretch of a tenant's chain as it lies in a file, and where the chain ends at that moment.
package struct InspectedChain: Sendable {
    package let records: [AuditRecord]
    package let head: AuditHead
    /// Where the chain begins; `nil` for one that has all its records.
    package let trim: AuditTrim?
}

extension HallpassDatabase {
    /// Reads a chain from a file without opening it for writing, whether or not a server is running on it.
    ///
    /// - Parameter sequence: of the record that the stretch follows on.
    package static func inspectAudit(
        path: String, tenant: TenantID, after sequence: Int64, limit: Int
    ) throws(DatabaseOpeningError) -> InspectedChain {
        try inspecting(path) { db in
            InspectedChain(
                records: try AuditStore.records(db, tenant, after: sequence, limit: limit),
                head: try AuditStore.head(db, tenant), trim: try TrimStore.trim(of: tenant, in: db))
        }
    }
}
