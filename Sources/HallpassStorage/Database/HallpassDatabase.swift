import CSQLite
import Foundation
import GRDB
import HallpassCore

/// The one file that holds everything, open for writing by this process alone.
///
/// SQLite up to 3.51.2 may damage a database when two connections write or checkpoint at once, so there is one connection
/// that does either. Only ``Ledger`` uses it; all other reading is done on connections that cannot write.
package final class HallpassDatabase: Sendable {
    /// `HALL`, in the header of every file of ours.
    static let applicationID: Int32 = 0x4841_4C4C

    package enum Mode: Sendable {
        /// Makes the file where there is none.
        case create
        /// Refuses where there is no file.
        case existing
    }

    package let path: String
    let pool: DatabasePool
    private let lock: DatabaseLock

    /// SQLite counts what it allocates, under a lock, and nobody reads it: without, a verification took 329 thousand instructions
    /// instead of 333. For all of the process; where SQLite has been used before, it stays as it was.
    private static let withoutMemoryStatistics = csqlite_keep_no_memory_statistics()

    private init(path: String, pool: DatabasePool, lock: DatabaseLock) {
        self.path = path
        self.pool = pool
        self.lock = lock
    }

    /// Opens the file, brings its schema up to date and keeps other processes out until ``close()``.
    package static func open(path: String, mode: Mode = .existing) throws(DatabaseOpeningError) -> HallpassDatabase {
        _ = Self.withoutMemoryStatistics
        let file = DatabaseFile(path: path)
        if mode == .existing, !file.exists { throw .missing(path: path) }
        try file.requireWritableFolder()
        if file.exists { try file.requireWritableFile() }
        let lock = try DatabaseLock.take(for: path)
        if !file.exists { try file.create() }
        do {
            try requireOurs(path, mode: mode)
            try file.restrictToOwner()
            let pool = try DatabasePool(path: path, configuration: configuration())
            // GRDB has just set NORMAL, under which a power failure could take back what was acknowledged.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try pool.writeWithoutTransaction { db in
                try Migrations.run(on: db)
                try checkContinuity(db, path: path)
                try GatheredLog.install(on: db)
            }
            return HallpassDatabase(path: path, pool: pool, lock: lock)
        } catch let error as DatabaseOpeningError {
            throw error
        } catch {
            throw openingError(error, path: path)
        }
    }

    /// Ends all reading, takes what is in the log into the file, and lets other processes in. The ledger must have stopped.
    package func close() throws {
        // A mark that lags behind is a mark still.
        try? mark()
        // GRDB would close the connection that can write before those that cannot, and SQLite leaves it to the last one to take
        // the log into the file. This waits for reads that are under way and closes what they ran on.
        pool.releaseMemory()
        try pool.close()
        lock.release()
    }

    /// Runs on a connection that cannot write, and sees one moment.
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        try await pool.read(body)
    }

    static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "hallpass"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA cell_size_check = ON;
                    PRAGMA secure_delete = ON;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA journal_size_limit = 67108864;
                    PRAGMA cache_size = -8192;
                    """)
            // Not on the writing connection: SQLite 3.40.1 takes the JSON functions in our own CHECKs for unsafe ones.
            if db.configuration.readonly { try db.execute(sql: "PRAGMA trusted_schema = OFF") }
        }
        return configuration
    }
}

extension HallpassDatabase {
    /// Looks at the file through a connection that cannot write, because GRDB's pool writes as it opens.
    static func requireOurs(_ path: String, mode: Mode) throws {
        let queue = try inspectionQueue(path)
        defer {
            // A connection that cannot write leaves nothing undone.
            try? queue.close()
        }
        try queue.read { db in
            let applicationID = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            let tableCount = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            if applicationID == 0, version == 0, tableCount == 0, mode == .create { return }
            guard applicationID == Self.applicationID else { throw DatabaseOpeningError.notOurs(path: path) }
            guard version <= Migrations.head else {
                throw DatabaseOpeningError.newerVersion(path: path, found: version, known: Migrations.head)
            }
        }
    }

    static func inspectionQueue(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Why what was opened could not be read.
    ///
    /// - Returns: `nil` where it was nothing that SQLite said.
    package static func readingError(_ error: any Error, path: String) -> DatabaseOpeningError? {
        error is DatabaseError ? openingError(error, path: path) : nil
    }

    static func openingError(_ error: any Error, path: String) -> DatabaseOpeningError {
        guard let error = error as? DatabaseError else { return .unusable(path: path, reason: "\(type(of: error))") }
        switch error.resultCode {
        case .SQLITE_NOTADB: return .notOurs(path: path)
        case .SQLITE_CORRUPT: return .corrupt(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: return .locked(path: path, processID: nil)
        case .SQLITE_READONLY: return .readOnly(path: path)
        case .SQLITE_PERM, .SQLITE_CANTOPEN: return .folderNotWritable(folder: DatabaseFile(path: path).folder)
        default: return .unusable(path: path, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
        }
    }
}
