import GRDB
import GRDBSQLite
import HallpassCrypto

/// One of the few statements that every call runs, bound and read as it is.
///
/// GRDB prepares it and keeps the connection. Its own way of running one also boxes each value, looks for observers and names
/// the columns; without that, and with a key looked for only where it was taken, as it was then, a commit took 84 µs a call instead
/// of 106.
struct LedgerStatement {
    private let statement: Statement
    private let bytes = BoundBytes()

    init(_ db: Database, _ sql: String) throws { statement = try db.makeStatement(sql: sql) }

    /// - Returns: how many rows it wrote.
    @discardableResult
    func run<each Value: LedgerValue>(_ value: repeat each Value) throws -> Int {
        try bind(repeat each value)
        defer { sqlite3_reset(statement.sqliteStatement) }
        guard sqlite3_step(statement.sqliteStatement) == SQLITE_DONE else { throw failure }
        return Int(sqlite3_changes(sqlite3_db_handle(statement.sqliteStatement)))
    }

    /// The first row; `nil` where there is none.
    func first<each Value: LedgerValue, Found>(
        _ value: repeat each Value, read: (LedgerRow) throws -> Found
    ) throws -> Found? {
        try bind(repeat each value)
        defer { sqlite3_reset(statement.sqliteStatement) }
        switch sqlite3_step(statement.sqliteStatement) {
        case SQLITE_ROW: return try read(LedgerRow(statement: statement.sqliteStatement))
        case SQLITE_DONE: return nil
        default: throw failure
        }
    }

    /// Every row, in turn.
    func each<each Value: LedgerValue>(
        _ value: repeat each Value, read: (LedgerRow) throws -> Void
    ) throws {
        try bind(repeat each value)
        defer { sqlite3_reset(statement.sqliteStatement) }
        while true {
            switch sqlite3_step(statement.sqliteStatement) {
            case SQLITE_ROW: try read(LedgerRow(statement: statement.sqliteStatement))
            case SQLITE_DONE: return
            default: throw failure
            }
        }
    }

    private func bind<each Value: LedgerValue>(_ value: repeat each Value) throws {
        var index: Int32 = 0
        bytes.removeAll()
        for value in repeat each value {
            index += 1
            guard value.bind(to: statement.sqliteStatement, at: index, bytes) == SQLITE_OK else { throw failure }
        }
        assert(index == sqlite3_bind_parameter_count(statement.sqliteStatement), "a value for each place")
    }

    /// The code and SQLite's own words, as GRDB has them.
    private var failure: DatabaseError {
        let connection = sqlite3_db_handle(statement.sqliteStatement)
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
    }
}

/// The row that a statement stands on; good until it goes on.
struct LedgerRow {
    fileprivate let statement: SQLiteStatement

    func isNull(at index: Int32) -> Bool { sqlite3_column_type(statement, index) == SQLITE_NULL }

    func integer(at index: Int32) -> Int64 { sqlite3_column_int64(statement, index) }

    /// - Returns: `nil` for NULL.
    func text(at index: Int32) -> String? {
        isNull(at: index) ? nil : withBytes(at: index) { String(decoding: $0, as: UTF8.self) }
    }

    /// - Returns: `nil` for NULL.
    func bytes(at index: Int32) -> [UInt8]? {
        isNull(at: index) ? nil : withBytes(at: index) { Array($0) }
    }

    /// Lends a value's bytes; none for NULL.
    func withBytes<Value>(at index: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        // In this order: the length is that of what the first call made of the value.
        let start = sqlite3_column_blob(statement, index)
        return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index))))
    }

    /// - Throws: ``DamagedRow`` where it is none.
    func digest(at index: Int32) throws -> SHA256Digest {
        guard let digest = withBytes(at: index, SHA256Digest.init(bytes:)) else {
            throw DamagedRow(column: String(cString: sqlite3_column_name(statement, index)))
        }
        return digest
    }
}

/// What can stand in a column.
protocol LedgerValue {
    /// - Parameter bytes: takes what SQLite is to find while the statement runs.
    /// - Returns: SQLite's result code.
    func bind(to statement: SQLiteStatement, at index: Int32, _ bytes: BoundBytes) -> Int32
}

extension Int64: LedgerValue {
    func bind(to statement: SQLiteStatement, at index: Int32, _: BoundBytes) -> Int32 {
        sqlite3_bind_int64(statement, index, self)
    }
}

extension String: LedgerValue {
    func bind(to statement: SQLiteStatement, at index: Int32, _ bytes: BoundBytes) -> Int32 {
        var text = self
        return text.withUTF8 { text in
            // No text is NULL, the empty one neither.
            guard !text.isEmpty else { return sqlite3_bind_text(statement, index, "", 0, nil) }
            let (start, ownership) = bytes.keep(UnsafeRawBufferPointer(text))
            return sqlite3_bind_text(
                statement, index, start?.assumingMemoryBound(to: CChar.self), Int32(text.count), ownership)
        }
    }
}

extension [UInt8]: LedgerValue {
    func bind(to statement: SQLiteStatement, at index: Int32, _ bytes: BoundBytes) -> Int32 {
        withUnsafeBytes { bindBlob($0, to: statement, at: index, bytes) }
    }
}

extension SHA256Digest: LedgerValue {
    func bind(to statement: SQLiteStatement, at index: Int32, _ bytes: BoundBytes) -> Int32 {
        withUnsafeBytes { bindBlob($0, to: statement, at: index, bytes) }
    }
}

extension Optional: LedgerValue where Wrapped: LedgerValue {
    func bind(to statement: SQLiteStatement, at index: Int32, _ bytes: BoundBytes) -> Int32 {
        self?.bind(to: statement, at: index, bytes) ?? sqlite3_bind_null(statement, index)
    }
}

func bindBlob(
    _ blob: UnsafeRawBufferPointer, to statement: SQLiteStatement, at index: Int32, _ bytes: BoundBytes
) -> Int32 {
    // No bytes are a value too.
    guard !blob.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
    let (start, ownership) = bytes.keep(blob)
    return sqlite3_bind_blob(statement, index, start, Int32(blob.count), ownership)
}

/// Where the bytes of a statement's values stay until it is bound anew, so that SQLite makes no copy of each: a
/// verification took 20 allocations of SQLite's instead of 33.
final class BoundBytes {
    private let kept = UnsafeMutableRawBufferPointer.allocate(byteCount: 2_048, alignment: 16)
    private var count = 0

    deinit { kept.deallocate() }

    func removeAll() { count = 0 }

    /// - Returns: where the bytes are now, and whether SQLite has to copy them, as it must where there is no room.
    fileprivate func keep(_ bytes: UnsafeRawBufferPointer) -> (start: UnsafeRawPointer?, sqlite3_destructor_type?) {
        guard bytes.count <= kept.count - count else {
            return (bytes.baseAddress, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
        let place = UnsafeMutableRawBufferPointer(rebasing: kept[count..<(count + bytes.count)])
        place.copyMemory(from: bytes)
        count += bytes.count
        return (UnsafeRawPointer(place.baseAddress), nil)
    }
}
