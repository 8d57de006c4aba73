import Foundation
import GRDB
import HallpassCrypto

/// How far a database had come, kept in a small file beside it.
///
/// Everything that is done leaves a record and no chain ever loses its end, so a database with fewer records than its mark
/// tells of is an older copy of itself. What happened after the mark was last written is not seen.
struct DatabaseMark: Hashable {
    static let identityByteCount = 16

    let identity: [UInt8]
    /// In all chains.
    let recordCount: Int64

    static func path(of database: String) -> String { database + ".mark" }

    /// - Returns: `nil` where there is none, or something else by that name.
    static func read(of database: String) -> DatabaseMark? {
        // Whatever keeps it from being read, it says nothing.
        guard let data = FileManager.default.contents(atPath: path(of: database)), data.count <= 256 else { return nil }
        let words = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 3, words[0] == "hallpass-mark-1", let identity = Base64URL.decode(String(words[1])),
            identity.count == identityByteCount, let recordCount = Int64(words[2])
        else { return nil }
        return DatabaseMark(identity: identity, recordCount: recordCount)
    }

    /// Whole or as it was, whenever the machine stops.
    func write(of database: String) throws {
        let text = "hallpass-mark-1 \(Base64URL.encode(identity)) \(recordCount)\n"
        let draft = Self.path(of: database) + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        let bytes = Array(text.utf8)
        let isWritten = Foundation.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(draft, Self.path(of: database)) == 0 else {
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
    }

    /// - Returns: `nil` for a database that has no identity yet.
    static func current(_ db: Database) throws -> DatabaseMark? {
        guard let identity = try Data.fetchOne(db, sql: "SELECT identity FROM ledger_state WHERE identity IS NOT NULL")
        else { return nil }
        return DatabaseMark(identity: [UInt8](identity), recordCount: try AuditTable.recordCount(db))
    }
}

extension HallpassDatabase {
    /// Notes beside the file how far it has come. A copy that is to be cut off from its past first is not noted.
    package func mark() throws {
        let mark = try pool.read { db in try RestoreFence.due(db) == nil ? DatabaseMark.current(db) : nil }
        try mark?.write(of: path)
    }

    /// Finds out whether the file goes on where it was, and says in it if not. To be called before anything else is written.
    static func checkContinuity(_ db: Database, path: String) throws {
        guard try RestoreFence.due(db) == nil else { return }
        let mark = DatabaseMark.read(of: path)
        guard let current = try DatabaseMark.current(db) else {
            // From before there were marks: the first time here, or a copy from then.
            if mark != nil { return try RestoreFence.raise(.foreign, copiedAt: nil, db) }
            let identity = Data(try RandomBytes.generate(count: DatabaseMark.identityByteCount))
            return try db.execute(sql: "UPDATE ledger_state SET identity = ?", arguments: [identity])
        }
        guard let mark else { return try RestoreFence.raise(.unmarked, copiedAt: nil, db) }
        guard mark.identity == current.identity else { return try RestoreFence.raise(.foreign, copiedAt: nil, db) }
        if current.recordCount < mark.recordCount { try RestoreFence.raise(.older, copiedAt: nil, db) }
    }

    /// - Returns: `nil` for a database that goes on where it was.
    package func restoreFence() async throws -> RestoreFence? { try await read { try RestoreFence.due($0) } }
}
