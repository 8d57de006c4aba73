import GRDB
import GRDBSQLite
import HallpassCore
import Testing

@testable import HallpassStorage

struct GatheredLogTests {
    @Test func `frames that follow each other are written at once, before the flush`() {
        let file = RecordingFile()
        #expect(file.write([1, 2], at: 32) == SQLITE_OK)
        #expect(file.write([3], at: 34) == SQLITE_OK)
        #expect(file.calls.isEmpty)
        #expect(file.sync() == SQLITE_OK)
        #expect(file.calls == [.write([1, 2, 3], at: 32), .sync])
        #expect(file.write([4], at: 35) == SQLITE_OK)
        #expect(file.sync() == SQLITE_OK)
        #expect(file.calls.suffix(2) == [.write([4], at: 35), .sync])
    }

    @Test func `what belongs elsewhere in the file is written by itself, in the order it came`() {
        let file = RecordingFile()
        for (byte, offset) in [(1, 32), (2, 33), (3, 0), (4, 33), (5, 34)] as [(UInt8, Int64)] {
            #expect(file.write([byte], at: offset) == SQLITE_OK)
        }
        #expect(file.sync() == SQLITE_OK)
        #expect(file.calls == [.write([1, 2], at: 32), .write([3], at: 0), .write([4, 5], at: 33), .sync])
    }

    /// SQLite's own way to write takes no more than 131,071 bytes at once and takes more for a full disk.
    @Test(arguments: [1, 4_120, 65_536, GatheredLog.capacityBytes, GatheredLog.capacityBytes + 1])
    func `no more is written at once than fits, however it comes`(piece: Int) {
        let file = RecordingFile()
        let bytes = (0..<(2 * GatheredLog.capacityBytes + 3)).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for start in stride(from: 0, to: bytes.count, by: piece) {
            let end = min(start + piece, bytes.count)
            #expect(file.write(Array(bytes[start..<end]), at: Int64(start)) == SQLITE_OK)
        }
        #expect(file.sync() == SQLITE_OK)
        #expect(file.content == bytes)
        #expect(file.calls.allSatisfy { $0.byteCount <= max(piece, GatheredLog.capacityBytes) })
    }

    @Test func `whatever else is asked of the file comes after what was held back`() {
        let file = RecordingFile()
        #expect(file.write([1], at: 0) == SQLITE_OK)
        #expect(file.read(1, at: 0) == [1])
        #expect(file.write([2], at: 1) == SQLITE_OK)
        #expect(file.size() == 2)
        #expect(file.write([3], at: 2) == SQLITE_OK)
        #expect(file.truncate(to: 2) == SQLITE_OK)
        #expect(file.write([4], at: 2) == SQLITE_OK)
        #expect(file.close() == SQLITE_OK)
        #expect(file.content == [1, 2, 4])
        #expect(file.calls.last == .close)
    }

    @Test func `what cannot be written fails the flush, and is not written later`() {
        let file = RecordingFile()
        #expect(file.write([1], at: 0) == SQLITE_OK)
        file.failure = SQLITE_FULL
        #expect(file.sync() == SQLITE_FULL)
        #expect(file.calls.isEmpty)
        file.failure = SQLITE_OK
        #expect(file.sync() == SQLITE_OK)
        #expect(file.write([2], at: 0) == SQLITE_OK)
        #expect(file.sync() == SQLITE_OK)
        #expect(file.calls == [.sync, .write([2], at: 0), .sync])
    }

    @Test(arguments: ["PRAGMA synchronous = NORMAL", "PRAGMA synchronous = OFF"])
    func `nothing is held back where a commit does not wait for the flush`(setting: String) throws {
        let folder = try ScratchFolder()
        let pool = try DatabasePool(path: folder.database)
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: setting)
            #expect(throws: DatabaseError.self) { try GatheredLog.install(on: db) }
        }
        let queue = try DatabaseQueue(path: folder.path + "/other.db")
        let refusal = queue.writeWithoutTransaction { db in
            #expect(throws: DatabaseError.self) { try GatheredLog.install(on: db) }
        }
        #expect(refusal?.resultCode == .SQLITE_MISUSE)
    }

    /// Frames leave the cache for the log before their commit where the cache is too small for the transaction, are read back
    /// from there, and are undone there.
    @Test
    func `a transaction larger than the cache is read back and undone, and what others see is what was committed`()
        throws
    {
        let folder = try ScratchFolder()
        let pool = try DatabasePool(path: folder.database)
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA cache_size = 10; CREATE TABLE thing (bytes BLOB)")
            try GatheredLog.install(on: db)
        }
        let fill = """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
            INSERT INTO thing SELECT randomblob(3000) FROM n
            """
        for round in 1...3 {
            try pool.write { db in
                try db.execute(sql: fill)
                #expect(
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM thing WHERE length(bytes) = 3000") == 300 * round)
            }
            try pool.writeInTransaction { db in
                try db.execute(sql: fill)
                #expect(try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok")
                return .rollback
            }
            let (count, check) = try pool.read { db in
                (
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM thing WHERE length(bytes) = 3000"),
                    try String.fetchOne(db, sql: "PRAGMA integrity_check")
                )
            }
            #expect(count == 300 * round)
            #expect(check == "ok")
        }
        try pool.close()
        let count = try DatabaseQueue(path: folder.database).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM thing")
        }
        #expect(count == 900)
    }

    @Test func `the ledger's own connection gathers its log`() async throws {
        try await Storage.with { storage in
            let isGathered = try await storage.database.pool.writeWithoutTransaction { db in
                var log: UnsafeMutablePointer<sqlite3_file>?
                var file: UnsafeMutablePointer<sqlite3_file>?
                _ = withUnsafeMutablePointer(to: &log) {
                    sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_JOURNAL_POINTER, $0)
                }
                _ = withUnsafeMutablePointer(to: &file) {
                    sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, $0)
                }
                let (own, plain) = (try #require(log).pointee.pMethods, try #require(file).pointee.pMethods)
                return own != nil && own != plain
            }
            #expect(isGathered)
        }
    }
}

/// A file that remembers what was asked of it, and in which order.
private final class RecordingFile {
    enum Call: Hashable {
        case write([UInt8], at: Int64)
        case sync
        case close

        var byteCount: Int {
            guard case .write(let bytes, _) = self else { return 0 }
            return bytes.count
        }
    }

    /// SQLite's own files begin with a `sqlite3_file` too.
    private struct File {
        var file: sqlite3_file
        let recorder: Unmanaged<RecordingFile>
    }

    private(set) var calls: [Call] = []
    private(set) var content: [UInt8] = []
    /// What a write answers.
    var failure = SQLITE_OK
    private let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    private let file = UnsafeMutablePointer<File>.allocate(capacity: 1)

    init() {
        var own = sqlite3_io_methods()
        own.iVersion = 1
        own.xWrite = { file, bytes, count, offset in
            RecordingFile.of(file).store(UnsafeRawBufferPointer(start: bytes, count: Int(count)), Int(offset))
        }
        own.xSync = { file, _ in RecordingFile.of(file).note(.sync) }
        own.xClose = { file in RecordingFile.of(file).note(.close) }
        own.xRead = { file, bytes, count, offset in
            let content = RecordingFile.of(file).content[Int(offset)...].prefix(Int(count))
            UnsafeMutableRawBufferPointer(start: bytes, count: Int(count)).copyBytes(from: content)
            return SQLITE_OK
        }
        own.xTruncate = { file, size in
            RecordingFile.of(file).content.removeSubrange(Int(size)...)
            return SQLITE_OK
        }
        own.xFileSize = { file, size in
            size?.pointee = Int64(RecordingFile.of(file).content.count)
            return SQLITE_OK
        }
        methods.initialize(to: own)
        file.initialize(
            to: File(file: sqlite3_file(pMethods: UnsafePointer(methods)), recorder: .passUnretained(self)))
        GatheredLog.gather(asked)
    }

    deinit {
        if calls.last != .close { _ = asked.pointee.pMethods.pointee.xClose(asked) }
        file.deallocate()
        methods.deallocate()
    }

    private var asked: UnsafeMutablePointer<sqlite3_file> {
        UnsafeMutableRawPointer(file).assumingMemoryBound(to: sqlite3_file.self)
    }

    private static func of(_ file: UnsafeMutablePointer<sqlite3_file>?) -> RecordingFile {
        guard let file else { preconditionFailure("no file") }
        return UnsafeMutableRawPointer(file).assumingMemoryBound(to: File.self).pointee.recorder.takeUnretainedValue()
    }

    private func store(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int32 {
        guard failure == SQLITE_OK else { return failure }
        calls.append(.write(Array(bytes), at: Int64(offset)))
        content += [UInt8](repeating: 0, count: max(0, offset + bytes.count - content.count))
        content.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        return SQLITE_OK
    }

    private func note(_ call: Call) -> Int32 {
        calls.append(call)
        return SQLITE_OK
    }

    func write(_ bytes: [UInt8], at offset: Int64) -> Int32 {
        asked.pointee.pMethods.pointee.xWrite(asked, bytes, Int32(bytes.count), offset)
    }

    func sync() -> Int32 { asked.pointee.pMethods.pointee.xSync(asked, SQLITE_SYNC_NORMAL) }

    func read(_ count: Int, at offset: Int64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        _ = asked.pointee.pMethods.pointee.xRead(asked, &bytes, Int32(count), offset)
        return bytes
    }

    func size() -> Int64 {
        var size: Int64 = 0
        _ = asked.pointee.pMethods.pointee.xFileSize(asked, &size)
        return size
    }

    func truncate(to size: Int64) -> Int32 { asked.pointee.pMethods.pointee.xTruncate(asked, size) }

    func close() -> Int32 { asked.pointee.pMethods.pointee.xClose(asked) }
}
