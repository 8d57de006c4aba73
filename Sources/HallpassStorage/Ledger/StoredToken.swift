import Foundation
import GRDB
import HallpassCore
import StrictJSON

/// A row of `token`, read straight from the statement.
///
/// To GRDB it is a value of one column, the first of ``columns``. Its `Row` makes a table of column names for each row it
/// reads, which was 3 of the 18 µs that a use took.
struct StoredToken {
    static let columns = "token_id, state, expires_at, groups, approval"

    let id: Data
    let state: Int64
    let expiresAt: Int64
    private let groupsText: String?
    private let isApproved: Bool

    func backing() throws -> TokenBacking {
        let groups = try groupsText.map { try JSONColumn.names($0, column: "token.groups", GroupName.init) }
        return TokenBacking(groups: Set(groups ?? []), isApproved: isApproved)
    }
}

extension StoredToken: StatementColumnConvertible, DatabaseValueConvertible {
    init?(sqliteStatement statement: SQLiteStatement, index: CInt) {
        // None of these columns can be NULL but the last two: the schema sees to that.
        guard let groups = String?.fromStatement(statement, atUncheckedIndex: index + 3),
            let approval = Int64?.fromStatement(statement, atUncheckedIndex: index + 4)
        else { return nil }
        id = Data(sqliteStatement: statement, index: index)
        state = Int64(sqliteStatement: statement, index: index + 1)
        expiresAt = Int64(sqliteStatement: statement, index: index + 2)
        groupsText = groups
        isApproved = approval != nil
    }

    /// Asked for by GRDB; a token is never written through it.
    var databaseValue: DatabaseValue { id.databaseValue }

    /// Asked for by GRDB; one value is not a token.
    static func fromDatabaseValue(_ value: DatabaseValue) -> StoredToken? { nil }
}
