import Foundation
import GRDB
package import HallpassCore

/// A copy of a database, whole and sound and on disk.
package struct DatabaseCopy: Sendable {
    package let bytes: Int64
    package let schemaVersion: Int
    /// Where each tenant's chain ends in it, by tenant.
    package let heads: [(tenant: TenantID, head: AuditHead)]
}

extension HallpassDatabase {
    /// Copies a database while a server runs on it, or not.
    ///
    /// The copy is of one moment. It is made over a connection that only reads, which no writer waits for. Until it is sound
    /// and on disk it has another name; then it is one file, of mode 0600, and says of itself that it is a copy.
    ///
    /// Takes time in proportion, and must not run on the cooperative pool.
    package static func backUp(
        path: String, to target: String, overwriting: Bool, nowSeconds: Int64
    ) throws(DatabaseCopyError) -> DatabaseCopy {
        try requireReadable(path)
        guard !isSameFile(path, target) else { throw .sameFile(path: target) }
        if !overwriting { try requireAbsent(target) }
        let draft = try DraftFile(for: target)
        let copy = try fill(draft, from: path) { db in
            // One from before there were fences is copied as it is, so that the program of its day can still use it.
            if try RestoreFence.isKnown(to: db) { try RestoreFence.raise(.copy, copiedAt: nowSeconds, db) }
        }
        if !overwriting { try requireAbsent(target) }
        try draft.publish()
        return copy
    }

    /// Copies a database into a draft and examines it there.
    ///
    /// - Parameter prepare: changes the copy.
    static func fill(
        _ draft: DraftFile, from path: String, prepare: (Database) throws -> Void
    ) throws(DatabaseCopyError) -> DatabaseCopy {
        do {
            let source = try inspectionQueue(path)
            defer {
                // A connection that cannot write leaves nothing undone.
                try? source.close()
            }
            let target = try DatabaseQueue(path: draft.path, configuration: draftConfiguration())
            try source.backup(to: target)
            let copy = try target.writeWithoutTransaction { db in
                // One file, with nothing beside it that could be forgotten.
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
                if let problem = try firstProblem(db) {
                    throw DatabaseCopyError.unsound(path: path, problem: problem)
                }
                // The rows say it all, so a copy is no worse for it.
                if try ClaimIndex.lostCount(db) > 0 { try ClaimIndex.remake(db) }
                try prepare(db)
                return DatabaseCopy(
                    bytes: 0, schemaVersion: try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
                    heads: try AuditTable.heads(db))
            }
            try target.close()
            return DatabaseCopy(
                bytes: DatabaseFile.byteCount(draft.path), schemaVersion: copy.schemaVersion, heads: copy.heads)
        } catch let error as DatabaseCopyError {
            throw error
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            throw .targetUnusable(path: draft.path, reason: "no space left on device")
        } catch let error as DatabaseOpeningError {
            throw .database(error)
        } catch {
            throw .database(openingError(error, path: path))
        }
    }

    static func requireReadable(_ path: String) throws(DatabaseCopyError) {
        guard DatabaseFile(path: path).exists else { throw .database(.missing(path: path)) }
        do {
            try requireOurs(path, mode: .existing)
        } catch let error as DatabaseOpeningError {
            throw .database(error)
        } catch {
            throw .database(openingError(error, path: path))
        }
    }

    static func isSameFile(_ first: String, _ second: String) -> Bool {
        var one = stat()
        var other = stat()
        return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_dev == other.st_dev
            && one.st_ino == other.st_ino
    }

    private static func requireAbsent(_ target: String) throws(DatabaseCopyError) {
        if DatabaseFile(path: target).exists { throw .targetExists(path: target) }
    }

    private static func firstProblem(_ db: Database) throws -> String? {
        if let found = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)"), found != "ok" { return found }
        return try String.fetchOne(
            db, sql: "SELECT 'a row of ' || \"table\" || ' refers to nothing' FROM pragma_foreign_key_check")
    }

    private static func draftConfiguration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "hallpass-copy"
        return configuration
    }
}
