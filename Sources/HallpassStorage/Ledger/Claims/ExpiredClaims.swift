import Foundation
import GRDB

/// A page of keys, all of which have ended.
struct ExpiredClaims: Sendable {
    /// What one step of a sweep is to remove.
    struct Step: Sendable {
        var pages: [ExpiredClaims] = []
        var mayBeMore = false
    }

    private let tenant: String
    private let run: Int64
    private let claim: [UInt8]
    /// The calls that hold theirs still.
    private let holders: [Int64]
    /// Unix seconds.
    private let expiredBefore: Int64

    /// Calls that are removed at once, more or less: they may lie anywhere.
    private static let holderCount = 500
    /// Of a run that is not whole there are more pages to come.
    private static let areExpired = "run_expires_at < ? AND run <= (SELECT claims_run FROM ledger_state)"

    /// Those of the runs that ended first. A page that cannot be read, or that names a call that has not ended, was changed behind our
    /// back: it stays.
    ///
    /// - Parameters:
    ///   - seconds: Unix seconds.
    ///   - limit: pages.
    static func oldest(in db: Database, before seconds: Int64, limit: Int) throws -> Step {
        let selectHolder = try LedgerStatement(
            db, "SELECT expires_at FROM call WHERE tenant_id = ? AND sequence = ? AND claim IS NOT NULL")
        let selectPages = try LedgerStatement(
            db,
            """
            SELECT tenant_id, run, claim, entries FROM claim_page WHERE \(areExpired) ORDER BY run_expires_at LIMIT ?
            """)
        var step = Step()
        var (pageCount, holderCount) = (0, 0)
        try selectPages.each(seconds, Int64(limit)) { row in
            pageCount += 1
            guard holderCount < Self.holderCount else { return step.mayBeMore = true }
            var named: [Int64] = []
            do {
                try row.eachClaimEntry(at: 3) { named.append($0.sequence) }
            } catch is DamagedRow {
                return
            }
            let tenant = row.text(at: 0) ?? ""
            var holders: [Int64] = []
            for sequence in named {
                guard let end = try selectHolder.first(tenant, sequence, read: { $0.integer(at: 0) }) else { continue }
                guard end < seconds else { return }
                holders.append(sequence)
            }
            holderCount += holders.count
            step.pages.append(
                ExpiredClaims(
                    tenant: tenant, run: row.integer(at: 1), claim: row.bytes(at: 2) ?? [], holders: holders,
                    expiredBefore: seconds))
        }
        step.mayBeMore = step.mayBeMore || pageCount == limit
        return step
    }

    static func exist(in db: Database, before seconds: Int64) throws -> Bool {
        try LedgerStatement(db, "SELECT 1 FROM claim_page WHERE \(areExpired) LIMIT 1").first(seconds) { _ in true }
            == true
    }

    /// - Returns: whether it was there still.
    func remove(_ db: Database) throws -> Bool {
        for sequence in holders {
            try db.run(
                "DELETE FROM call WHERE tenant_id = ? AND sequence = ? AND expires_at < ?",
                [tenant, sequence, expiredBefore])
        }
        try db.run("DELETE FROM claim_page WHERE tenant_id = ? AND run = ? AND claim = ?", [tenant, run, Data(claim)])
        return db.changesCount > 0
    }
}
