import GRDB
package import HallpassCore

/// What can be said of a database without opening it for writing.
package struct DatabaseInspection: Sendable {
    package let schemaVersion: Int
    /// The version this program writes.
    package let knownVersion: Int
    /// What SQLite finds wrong with the file; empty when it is sound.
    package let integrityProblems: [String]
    /// Rows that refer to something that is not there, as `table: count`; empty when there are none.
    package let danglingReferences: [String]
    /// Calls whose idempotency key nobody would find; 0 where the file is unsound.
    package let lostKeyCount: Int64
    package let rowCounts: [(table: String, count: Int64)]
    package let databaseBytes: Int64
    package let logBytes: Int64
    /// A process has it open for writing, and which, where known.
    package let isInUse: Bool
    package let processID: Int32?
    /// It says of itself that it is a copy, and no server has started on it yet.
    package let fence: RestoreFence?
    /// Tenants that were deleted, of which something is left beside their audit.
    package let unerasedTenants: [TenantID]
}

extension HallpassDatabase {
    /// Examines a file, whether or not a server is running on it. Reads all of it; takes time in proportion.
    package static func inspect(path: String) throws(DatabaseOpeningError) -> DatabaseInspection {
        let holder = DatabaseLock.isTaken(for: path)
        return try inspecting(path) { try inspect($0, path: path, holder: holder) }
    }

    /// One moment of a file of ours, read on a connection that cannot write.
    static func inspecting<Value>(
        _ path: String, _ body: (Database) throws -> Value
    ) throws(DatabaseOpeningError) -> Value {
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
                return try body(db)
            }
        } catch let error as DatabaseOpeningError {
            throw error
        } catch {
            throw openingError(error, path: path)
        }
    }

    private static func inspect(
        _ db: Database, path: String, holder: (taken: Bool, processID: Int32?)
    ) throws -> DatabaseInspection {
        let tables = try String.fetchAll(
            db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        let counts = try tables.map { table in
            (table: table, count: try Int64.fetchOne(db, sql: "SELECT count(*) FROM \"\(table)\"") ?? 0)
        }
        let dangling = try Row.fetchAll(
            db, sql: "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1 ORDER BY 1"
        ).map { row in "\(try row.decode(String.self, atIndex: 0)): \(try row.decode(Int64.self, atIndex: 1))" }
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let problems = try String.fetchAll(db, sql: "PRAGMA quick_check").filter { $0 != "ok" }
        return DatabaseInspection(
            schemaVersion: version, knownVersion: Migrations.head,
            integrityProblems: problems, danglingReferences: dangling,
            lostKeyCount: problems.isEmpty ? try ClaimIndex.lostCount(db) : 0, rowCounts: counts,
            databaseBytes: DatabaseFile.byteCount(path),
            logBytes: DatabaseFile.byteCount(path + "-wal"), isInUse: holder.taken, processID: holder.processID,
            fence: try RestoreFence.isKnown(to: db) ? RestoreFence.due(db) : nil,
            unerasedTenants: try DeletedTenantTable.unerased(db))
    }
}
