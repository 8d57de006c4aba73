import GRDB
import HallpassCore
import HallpassCrypto

/// The keys that are on disk, in runs: each is in the order of its keys, is written once, and goes, page by page, once all of its
/// calls have expired. So keys that fall anywhere are written side by side, as in a log-structured merge tree (P. O'Neil et al., 1996),
/// but for the merging: a filter in memory spares looking into most runs.
///
/// What a run holds of calls that have given up their keys, or are gone, leads nowhere.
struct ClaimRuns {
    /// With a few bytes beside it a page of as many keys is as large as one of SQLite's.
    static let pageCount = 240

    struct Run {
        let number: Int64
        /// When the last of its keys ends, in Unix seconds.
        let expiresAt: Int64
        let keyCount: Int
        /// `nil` where it could not be made, because a page is damaged.
        private var filter: ClaimFilter?

        init(number: Int64, expiresAt: Int64, keyCount: Int) {
            self.number = number
            self.expiresAt = expiresAt
            self.keyCount = keyCount
            // No run has so many; a damaged number may.
            filter = ClaimFilter(count: min(keyCount, 1 << 20))
        }

        mutating func add(_ claim: ClaimPrefix) { filter?.add(ClaimFilter.Probe(claim)) }
        mutating func hasDamagedPage() { filter = nil }
        func mayHold(_ probe: ClaimFilter.Probe) -> Bool { filter?.mayHold(probe) ?? true }
    }

    /// The oldest first.
    private var runs: [Run] = []
    /// Pages of a run that was not finished when the process ended.
    private var unfinished: [Int64] = []
    private let selectPage: LedgerStatement
    private let insertPage: LedgerStatement

    /// Reads all pages, for the filters.
    init(_ db: Database) throws {
        selectPage = try LedgerStatement(
            db,
            """
            SELECT entries FROM claim_page WHERE tenant_id = ? AND run = ? AND claim <= ? ORDER BY claim DESC LIMIT 1
            """)
        insertPage = try LedgerStatement(
            db,
            """
            INSERT INTO claim_page (tenant_id, run, claim, run_expires_at, run_keys, entries) VALUES (?, ?, ?, ?, ?, ?)
            """)
        let last = try Self.last(db)
        var found: [Int64: Run] = [:]
        let selectAll = try LedgerStatement(db, "SELECT rowid, run, run_expires_at, run_keys, entries FROM claim_page")
        try selectAll.each { row in
            let number = row.integer(at: 1)
            guard number <= last else { return unfinished.append(row.integer(at: 0)) }
            // Taken out meanwhile: who else has it would make it copy its filter.
            var run =
                found.removeValue(forKey: number)
                ?? Run(number: number, expiresAt: row.integer(at: 2), keyCount: Int(row.integer(at: 3)))
            do {
                try row.eachClaimEntry(at: 4) { run.add($0.claim) }
            } catch is DamagedRow {
                // Whoever asks for a key that may be there is refused.
                run.hasDamagedPage()
            }
            found[number] = run
        }
        runs = found.values.sorted { $0.number < $1.number }
    }

    /// The number of the last run that was finished.
    static func last(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT claims_run FROM ledger_state") ?? 0
    }

    /// Looks whether pages can be read at all, so that a start says so instead of the first commit. All of them are read there.
    static func requireReadable(_ db: Database) throws {
        _ = try Int64.fetchOne(db, sql: "SELECT 1 FROM claim_page NOT INDEXED LIMIT 1")
    }

    /// Removes what a process that ended in the middle of a run has left: its keys come again, in other pages.
    mutating func removeUnfinished(_ db: Database) throws {
        guard !unfinished.isEmpty else { return }
        let delete = try LedgerStatement(db, "DELETE FROM claim_page WHERE rowid = ?")
        try db.inTransaction(.immediate) {
            for row in unfinished { try delete.run(row) }
            return .commit
        }
        unfinished = []
    }

    /// A call with a key that begins so, of which something is true.
    ///
    /// - Throws: ``DamagedRow`` where that cannot be told.
    func first(_ claim: ClaimPrefix, of tenant: TenantID, where isIt: (Int64) throws -> Bool) throws -> Int64? {
        let probe = ClaimFilter.Probe(claim)
        // Who asks again mostly does so soon.
        for run in runs.reversed() where run.mayHold(probe) {
            let page = try selectPage.first(tenant.rawValue, run.number, claim) {
                try $0.claimEntries(at: 0, of: claim)
            }
            if let found = try page?.last(where: { try isIt($0.sequence) }) { return found.sequence }
        }
        return nil
    }

    func write(_ page: ClaimBatch.Page) throws {
        guard let first = page.entries.first else { return }
        try insertPage.run(
            page.tenant.rawValue, page.run.number, first.claim, page.run.expiresAt, Int64(page.run.keyCount),
            page.entries.pageBytes)
    }

    /// To be called once all of its pages are committed.
    mutating func append(_ finished: [Run]) { runs += finished }

    /// To be called once all pages of runs are gone that ended before a moment, in Unix seconds.
    mutating func forget(expiredBefore seconds: Int64) { runs.removeAll { $0.expiresAt < seconds } }
}
