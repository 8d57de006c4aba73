import Foundation
import GRDB
import HallpassCrypto

/// That a database is the past: it knows nothing of what was used, revoked or decided after it was copied.
///
/// It stands in the database itself until everything from before is cut off, so that a server that dies on the way begins
/// again, and a copy is known for one wherever it is put.
package struct RestoreFence: Hashable, Sendable {
    package enum Cause: String, Sendable, CaseIterable {
        /// Made by `hallpass backup`, or put back by `hallpass restore`.
        case copy
        /// The file beside it tells of records that are not there.
        case older
        /// The file beside it is gone.
        case unmarked
        /// The file beside it is of another database.
        case foreign
    }

    package let cause: Cause
    /// Unix seconds; `nil` where the database holds no record.
    package let copiedAt: Int64?
}

extension RestoreFence {
    /// Whether the schema has it: that of a database from before there were fences has not.
    static func isKnown(to db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT count(*) FROM pragma_table_info('ledger_state') WHERE name = 'fence'")
            ?? false
    }

    /// - Returns: `nil` for a database that goes on where it was.
    static func due(_ db: Database) throws -> RestoreFence? {
        guard let row = try Row.fetchOne(db, sql: "SELECT fence, copied_at FROM ledger_state WHERE fence IS NOT NULL")
        else { return nil }
        return RestoreFence(cause: try row.value(at: 0, Cause.init(rawValue:)), copiedAt: try row.decode(atIndex: 1))
    }

    /// One that is due already stays as it is.
    ///
    /// - Parameter copiedAt: in Unix seconds; `nil` for the moment of the newest record.
    static func raise(_ cause: Cause, copiedAt: Int64?, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE ledger_state SET fence = ?, copied_at = ? WHERE fence IS NULL",
            arguments: [cause.rawValue, copiedAt ?? AuditTable.lastTimeSeconds(db)])
    }

    /// What is there now is a database of its own.
    static func lower(_ db: Database) throws {
        let identity = Data(try RandomBytes.generate(count: DatabaseMark.identityByteCount))
        try db.execute(
            sql: "UPDATE ledger_state SET fence = NULL, copied_at = NULL, identity = ?", arguments: [identity])
    }
}
