import GRDB

extension Ledger {
    /// Takes SQLite's log into the file and empties it: what was overwritten in the file lay there still.
    ///
    /// It runs between two batches, on the one connection that may, and waits for readers a tenth of a second at most, because
    /// everyone who writes waits for it.
    ///
    /// - Returns: whether the log is empty; not while somebody reads from it. Ask again later.
    package func truncateLog() async -> Bool {
        let busy = try? await database.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA busy_timeout = 100")
            defer {
                // As the configuration has it. Setting a number in memory does not fail.
                try? db.execute(sql: "PRAGMA busy_timeout = 5000")
            }
            return try Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        return busy == 0
    }
}
