import GRDB
package import HallpassCore

/// How a destination stands, as a file says.
package struct ExportInspection: Sendable {
    package let backlog: [ExportBacklog]
    package let trouble: ExportTrouble?
}

extension HallpassDatabase {
    /// Looks at what a destination lacks without opening the file for writing, whether or not a server is running on it.
    package static func inspectExport(
        path: String, to destination: ExportDestination
    ) throws(DatabaseOpeningError) -> ExportInspection {
        try inspecting(path) { db in
            let trouble = try Row.fetchOne(
                db, sql: "SELECT reason, since FROM audit_export_trouble WHERE destination = ?",
                arguments: [destination.name])
            return ExportInspection(
                backlog: try ExportStore.backlog(of: destination, in: db),
                trouble: try trouble.map { row in
                    ExportTrouble(reason: try row.decode(atIndex: 0), since: try row.decode(atIndex: 1))
                })
        }
    }
}
