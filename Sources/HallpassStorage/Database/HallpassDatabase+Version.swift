import GRDB

extension HallpassDatabase {
    /// Of the SQLite that this process runs with: `3.40.1`.
    package static var sqliteVersion: String {
        let number = Database.sqliteLibVersionNumber
        return "\(number / 1_000_000).\(number / 1_000 % 1_000).\(number % 1_000)"
    }
}
