import GRDB
package import HallpassCore

/// A stretch of a tenant's chain as it lies in a file, and where the chain ends at that moment.
package struct InspectedChain: Sendable {
    package let records: [AuditRecord]
    package let head: AuditHead
}

extension HallpassDatabase {
    /// Reads a chain from a file without opening it for writing, whether or not a server is running on it.
    ///
    /// - Parameter sequence: of the record that the stretch follows on.
    package static func inspectAudit(
        path: String, tenant: TenantID, after sequence: Int64, limit: Int
    ) throws(DatabaseOpeningError) -> InspectedChain {
        guard DatabaseFile(path: path).exists else { throw .missing(path: path) }
        do {
            let queue = try inspectionQueue(path)
            defer {
                // A connection that cannot write leaves nothing undone.
                try? queue.close()
            }
            return try queue.read { db in
                guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
                    throw DatabaseOpeningError.notOurs(path: path)
                }
                return InspectedChain(
                    records: try AuditStore.fetch(
                        db, tenant: tenant, "AND sequence > ? ORDER BY sequence LIMIT ?", arguments: [sequence, limit]),
                    head: try AuditStore.head(db, tenant))
            }
        } catch let error as DatabaseOpeningError {
            throw error
        } catch {
            throw openingError(error, path: path)
        }
    }
}
