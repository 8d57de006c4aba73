import Foundation
import GRDB
import HallpassCore
import HallpassCrypto
import StrictJSON

/// A row of `token`, read straight from the statement.
///
/// To GRDB it is a value of one column, the first of ``columns``. Its `Row` makes a table of column names for each row it
/// reads, which was 3 of the 18 µs that a use took.
struct StoredToken {
    static let columns = "state, expires_at, signature, groups, approval"

    let state: Int64
    let expiresAt: Int64
    /// `nil` for tokens from before it was kept. All of them were ended then.
    private let signature: Data?
    private let groupsText: String?
    private let isApproved: Bool

    /// How much of a signature a row has. To sign other claims so that these agree is to find a second preimage of 128 bits
    /// within the life of a token.
    private static let signatureBytes = 16

    static func kept(_ signature: SHA256Digest) -> Data {
        signature.withUnsafeBytes { Data($0.prefix(signatureBytes)) }
    }

    func isSigned(_ shown: SHA256Digest) -> Bool {
        guard let signature else { return true }
        return shown.withUnsafeBytes { $0.prefix(Self.signatureBytes).elementsEqual(signature) }
    }

    func backing() throws -> TokenBacking {
        let groups = try groupsText.map { try JSONColumn.names($0, column: "token.groups", GroupName.init) }
        return TokenBacking(groups: Set(groups ?? []), isApproved: isApproved)
    }
}

extension StoredToken: StatementColumnConvertible, DatabaseValueConvertible {
    init?(sqliteStatement statement: SQLiteStatement, index: CInt) {
        // None of these columns can be NULL but the last three: the schema sees to that.
        guard let signature = Data?.fromStatement(statement, atUncheckedIndex: index + 2),
            let groups = String?.fromStatement(statement, atUncheckedIndex: index + 3),
            let approval = Int64?.fromStatement(statement, atUncheckedIndex: index + 4)
        else { return nil }
        state = Int64(sqliteStatement: statement, index: index)
        expiresAt = Int64(sqliteStatement: statement, index: index + 1)
        self.signature = signature
        groupsText = groups
        isApproved = approval != nil
    }

    /// Asked for by GRDB; a token is never written through it.
    var databaseValue: DatabaseValue { state.databaseValue }

    /// Asked for by GRDB; one value is not a token.
    static func fromDatabaseValue(_ value: DatabaseValue) -> StoredToken? { nil }
}
