package import HallpassCore

extension Ledger {
    /// Removes the keys of runs that ended before a moment, those first that ended first: at most `limit` pages of some 240 keys.
    ///
    /// Their calls have ended too, and most are gone. What is left of them goes in the same commit: no call may hold a key that
    /// nobody finds.
    ///
    /// - Parameter expiredBefore: Unix seconds.
    /// - Returns: whether there may be more.
    package func sweepClaims(expiredBefore: Int64, limit: Int) async throws(HallpassError) -> Bool {
        let step: ExpiredClaims.Step
        do {
            step = try await database.read { try ExpiredClaims.oldest(in: $0, before: expiredBefore, limit: limit) }
        } catch {
            throw .storageUnavailable
        }
        return try await transact { transaction in
            try LedgerSequence.note(self.lastSequence, transaction.db)
            let removedCount = try step.pages.count { try $0.remove(transaction.db) }
            if try !ExpiredClaims.exist(in: transaction.db, before: expiredBefore) {
                transaction.forgetClaims(expiredBefore: expiredBefore)
            }
            return step.mayBeMore && removedCount > 0
        }
    }
}
