import GRDB
import GRDBSQLite

/// Holds back what SQLite appends to its log until the log is flushed, and writes it at once.
///
/// SQLite writes each frame of the log as 24 bytes and a page, two system calls: a commit of 26 pages and its flush took 173 µs of
/// CPU. Written at once, which the kernel also keeps and flushes in larger pieces, it took 84.
///
/// Nothing becomes less durable. Under `synchronous=FULL` a commit is one when the log has been flushed, and only then are its
/// frames shown to other connections; the flush, like every other use of the file, first writes what is held back. What cannot be
/// written fails whoever had it written: the flush, and the commit with it, or a reading in the middle of a transaction, which
/// ``LedgerWriter`` gives up then, as it does after any error of SQLite's but a broken constraint.
final class GatheredLog {
    /// What SQLite calls in place of the file's own functions, and whose they are.
    private struct Table {
        var methods: sqlite3_io_methods
        let log: Unmanaged<GatheredLog>
    }

    /// SQLite's own way to write takes 131,071 bytes at most.
    static let capacityBytes = 122_880

    private let original: UnsafePointer<sqlite3_io_methods>
    private let held = UnsafeMutableRawBufferPointer.allocate(byteCount: capacityBytes, alignment: 16)
    private var count = 0
    /// Where in the file the first byte of it belongs.
    private var start: sqlite3_int64 = 0

    private init(_ original: UnsafePointer<sqlite3_io_methods>) { self.original = original }

    deinit { held.deallocate() }

    /// For the log of a connection that flushes before each commit.
    ///
    /// - Throws: a `DatabaseError` for any other connection: who read beside it would look for frames that are held back.
    static func install(on db: Database) throws {
        let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = withUnsafeMutablePointer(to: &file) {
            sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_JOURNAL_POINTER, $0)
        }
        guard journal == "wal", synchronous == 2, code == SQLITE_OK, let file, file.pointee.pMethods != nil else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "no log that is flushed before each commit")
        }
        gather(file)
    }

    /// From now until the file is closed.
    static func gather(_ file: UnsafeMutablePointer<sqlite3_file>) {
        let original: UnsafePointer<sqlite3_io_methods> = file.pointee.pMethods
        var methods = original.pointee
        methods.xWrite = { file, bytes, count, offset in
            GatheredLog.of(file).write(UnsafeRawBufferPointer(start: bytes, count: Int(count)), at: offset, file)
        }
        methods.xSync = { file, flags in GatheredLog.of(file).whenWritten(file) { $0.xSync(file, flags) } }
        methods.xRead = { file, bytes, count, offset in
            GatheredLog.of(file).whenWritten(file) { $0.xRead(file, bytes, count, offset) }
        }
        methods.xTruncate = { file, size in GatheredLog.of(file).whenWritten(file) { $0.xTruncate(file, size) } }
        methods.xFileSize = { file, size in GatheredLog.of(file).whenWritten(file) { $0.xFileSize(file, size) } }
        methods.xFileControl = { file, operation, argument in
            GatheredLog.of(file).whenWritten(file) { $0.xFileControl(file, operation, argument) }
        }
        methods.xClose = { file in GatheredLog.of(file).close(file) }
        let table = UnsafeMutablePointer<Table>.allocate(capacity: 1)
        table.initialize(to: Table(methods: methods, log: .passRetained(GatheredLog(original))))
        file.pointee.pMethods = UnsafeRawPointer(table).assumingMemoryBound(to: sqlite3_io_methods.self)
    }

    private static func table(_ file: UnsafeMutablePointer<sqlite3_file>?) -> UnsafeMutablePointer<Table> {
        guard let table = UnsafeRawPointer(file?.pointee.pMethods) else { preconditionFailure("no such file") }
        return UnsafeMutableRawPointer(mutating: table).assumingMemoryBound(to: Table.self)
    }

    private static func of(_ file: UnsafeMutablePointer<sqlite3_file>?) -> GatheredLog {
        table(file).pointee.log.takeUnretainedValue()
    }

    // MARK: What SQLite calls; each returns its result code

    private func write(
        _ bytes: UnsafeRawBufferPointer, at offset: sqlite3_int64, _ file: UnsafeMutablePointer<sqlite3_file>?
    ) -> Int32 {
        if offset != start + Int64(count) || count + bytes.count > held.count {
            let code = writeHeld(file)
            guard code == SQLITE_OK else { return code }
            start = offset
        }
        guard bytes.count <= held.count else {
            start = offset + Int64(bytes.count)
            return original.pointee.xWrite(file, bytes.baseAddress, Int32(bytes.count), offset)
        }
        UnsafeMutableRawBufferPointer(rebasing: held[count...]).copyMemory(from: bytes)
        count += bytes.count
        return SQLITE_OK
    }

    private func whenWritten(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ body: (sqlite3_io_methods) -> Int32
    ) -> Int32 {
        let code = writeHeld(file)
        return code == SQLITE_OK ? body(original.pointee) : code
    }

    /// What cannot be written is given up: SQLite rolls it back, and writes over it.
    private func writeHeld(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Int32 {
        guard count > 0 else { return SQLITE_OK }
        defer {
            start += Int64(count)
            count = 0
        }
        return original.pointee.xWrite(file, held.baseAddress, Int32(count), start)
    }

    private func close(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Int32 {
        let written = writeHeld(file)
        let table = Self.table(file)
        file?.pointee.pMethods = original
        let closed = original.pointee.xClose(file)
        table.pointee.log.release()
        table.deallocate()
        return written == SQLITE_OK ? closed : written
    }
}
