import GRDB
import HallpassCore
import HallpassCrypto

/// Finds the call that holds an idempotency key, by the digest of the key.
///
/// Digests fall anywhere: where each call writes its own into an index, it changes a page there that no other call of the same
/// commit does, and half of what a commit writes is that. So new keys are remembered here. Once there are enough of them they
/// are sorted, and later commits write them to disk in runs, a page at a time: ``ClaimRuns``.
///
/// What is remembered and what is in the runs only says where to look: whether a call holds a key is read from its row. At a
/// start the keys that may be in no run are read from the rows that are younger than `claims_indexed_to`.
final class ClaimIndex {
    /// How many calls are gathered before their keys are sorted. A key that is looked for is looked for in each run's filter, so
    /// there should be few of them.
    static let batchCount = 131_072

    /// What the present transaction has done; void unless it commits.
    struct Changes {
        fileprivate var callCount = 0
        fileprivate var highest: Int64 = 0
        fileprivate var taken: [RecentClaims.Taken] = []
        fileprivate var deletedTenants: [TenantID] = []
        fileprivate var indexedTo: Int64?
        fileprivate var written: ArraySlice<ClaimBatch.Page> = []
        fileprivate var endsBatch = false
        fileprivate var sweptBefore: Int64?
    }

    /// What was found of a key, for whoever takes it then.
    struct Search {
        /// The number of the call that holds the key; `nil` for a key that is free.
        let holder: Int64?
        fileprivate let claim: ClaimPrefix
    }

    private let batchCount: Int
    private let selectHeld: LedgerStatement
    private let setIndexedTo: LedgerStatement
    private let setRun: LedgerStatement

    private(set) var changes = Changes()
    /// In no batch yet.
    private var recent = RecentClaims()
    private var batch: ClaimBatch?
    private var runs: ClaimRuns
    /// The number of the last run that is finished.
    private var lastRun: Int64
    /// The key of a call up to this number is in a run that is finished.
    private var indexedTo: Int64

    /// Reads the keys that are in no run. Outside of a transaction.
    init(_ db: Database, batchCount: Int = ClaimIndex.batchCount) throws {
        self.batchCount = batchCount
        selectHeld = try LedgerStatement(
            db, "SELECT 1 FROM call WHERE tenant_id = ? AND sequence = ? AND claim = ?")
        setIndexedTo = try LedgerStatement(db, "UPDATE ledger_state SET claims_indexed_to = ?")
        setRun = try LedgerStatement(db, "UPDATE ledger_state SET claims_run = ?")
        runs = try ClaimRuns(db)
        lastRun = try ClaimRuns.last(db)
        indexedTo = try Int64.fetchOne(db, sql: "SELECT claims_indexed_to FROM ledger_state") ?? 0
        try runs.removeUnfinished(db)
        let unindexed = try Int.fetchOne(db, sql: Self.unindexed("count(*)"), arguments: [indexedTo]) ?? 0
        // Before there are more of them with each restart: the next batch would be all of them.
        if unindexed >= batchCount { try indexAll(db) } else { try rememberAll(db) }
    }

    /// Calls that are younger than a number, but for those of deleted tenants. One look at the end of each tenant's.
    private static func unindexed(_ columns: String) -> String {
        """
        WITH RECURSIVE holder (tenant_id) AS (
            SELECT min(tenant_id) FROM call
            UNION ALL
            SELECT (SELECT min(tenant_id) FROM call WHERE call.tenant_id > holder.tenant_id)
            FROM holder WHERE holder.tenant_id IS NOT NULL)
        SELECT \(columns) FROM holder CROSS JOIN call
        WHERE call.tenant_id = holder.tenant_id AND call.sequence > ?
            AND holder.tenant_id NOT IN (SELECT tenant_id FROM deleted_tenant)
        """
    }

    /// - Parameter body: given `nil` for a call without a key.
    private func eachUnindexed(_ db: Database, _ body: (RecentClaims.Taken?) throws -> Void) throws {
        let rows = try LedgerStatement(
            db,
            Self.unindexed("call.tenant_id, call.sequence, call.lease_expires_at, call.expires_at, call.claim"))
        try rows.each(indexedTo) { row in
            // Nobody can ask in the name of a tenant that is none.
            guard let tenant = row.text(at: 0).flatMap(TenantID.init), !row.isNull(at: 4) else { return try body(nil) }
            let entry = ClaimEntry(claim: ClaimPrefix(try row.digest(at: 4)), sequence: row.integer(at: 1))
            try body(
                RecentClaims.Taken(
                    tenant, entry, leaseExpiresAt: row.integer(at: 2), expiresAt: row.integer(at: 3)))
        }
    }

    private func indexAll(_ db: Database) throws {
        let last = try Int64.fetchOne(db, sql: Self.unindexed("max(call.sequence)"), arguments: [indexedTo])
        var finished: [ClaimRuns.Run] = []
        try db.inTransaction(.immediate) {
            var gathered = RecentClaims()
            func writeGathered() throws {
                let batch = ClaimBatch(gathered, firstRun: lastRun + Int64(finished.count) + 1)
                for page in batch.rest { try runs.write(page) }
                finished += batch.runs
                gathered = RecentClaims()
            }
            try eachUnindexed(db) { taken in
                gathered.noteCalls(1)
                if let taken { gathered.take(taken) }
                if gathered.callCount == batchCount { try writeGathered() }
            }
            if gathered.callCount > 0 { try writeGathered() }
            try setRun.run(lastRun + Int64(finished.count))
            try setIndexedTo.run(last)
            return .commit
        }
        runs.append(finished)
        lastRun += Int64(finished.count)
        indexedTo = last ?? indexedTo
    }

    private func rememberAll(_ db: Database) throws {
        try eachUnindexed(db) { taken in
            recent.noteCalls(1)
            if let taken { recent.take(taken) }
        }
    }

    /// Finds who holds a key.
    ///
    /// - Throws: ``DamagedRow`` where that cannot be told.
    func search(for claim: SHA256Digest, of tenant: TenantID) throws -> Search {
        let prefix = ClaimPrefix(claim)
        func holds(_ sequence: Int64) throws -> Bool {
            try selectHeld.first(tenant.rawValue, sequence, claim) { _ in true } == true
        }
        for taken in changes.taken where taken.entry.claim == prefix && taken.tenant == tenant {
            if try holds(taken.entry.sequence) { return Search(holder: taken.entry.sequence, claim: prefix) }
        }
        let holder =
            try recent.first(prefix, of: tenant, where: holds) ?? batch?.first(prefix, of: tenant, where: holds)
            ?? runs.first(prefix, of: tenant, where: holds)
        return Search(holder: holder, claim: prefix)
    }

    /// Notes a call, whose row is there.
    ///
    /// - Parameters:
    ///   - leaseExpiresAt: Unix seconds.
    ///   - expiresAt: Unix seconds.
    ///   - search: for its key, just before; `nil` for a call without one. Whoever held the key has given it up.
    func note(
        _ sequence: Int64, of tenant: TenantID, leaseExpiresAt: Int64, expiresAt: Int64, after search: Search?
    ) throws {
        changes.callCount += 1
        changes.highest = max(changes.highest, sequence)
        guard let search else { return }
        changes.taken.append(
            RecentClaims.Taken(
                tenant, ClaimEntry(claim: search.claim, sequence: sequence), leaseExpiresAt: leaseExpiresAt,
                expiresAt: expiresAt, earlier: search.holder))
        // Numbers are drawn before calls wait for their commit: this one waited for longer than a batch takes. Until it is in a
        // run, a start has to read more.
        guard sequence <= changes.indexedTo ?? indexedTo else { return }
        changes.indexedTo = sequence - 1
        try setIndexedTo.run(sequence - 1)
    }

    /// A tenant's rows, and what this transaction writes of it still, will be removed, and nobody will ask in its name again.
    func forget(_ tenant: TenantID) { changes.deletedTenants.append(tenant) }

    /// No pages are left of runs that ended before a moment, in Unix seconds.
    func forget(expiredBefore seconds: Int64) { changes.sweptBefore = seconds }

    /// Writes some of the batch. To be called once, at a transaction's end.
    func advance() throws {
        guard changes.callCount > 0, let batch else { return }
        changes.written = batch.next(for: changes.callCount)
        for page in changes.written { try runs.write(page) }
        changes.endsBatch = changes.written.endIndex == batch.rest.endIndex
        guard changes.endsBatch else { return }
        let lowest = changes.taken.reduce(recent.lowestSequence) { min($0, $1.entry.sequence) }
        let indexed = lowest == .max ? max(indexedTo, changes.highest) : lowest - 1
        changes.indexedTo = indexed
        try setIndexedTo.run(indexed)
        if let last = batch.runs.last { try setRun.run(last.number) }
    }

    /// To be called before each transaction: what the one before did not commit is as if it had not been.
    func begin(with changes: Changes = Changes()) { self.changes = changes }

    /// To be called after each transaction that has committed.
    func didCommit() {
        recent.noteCalls(changes.callCount)
        for taken in changes.taken { recent.take(taken) }
        // First, because only of the runs that were finished before it was looked whether a page is left.
        if let seconds = changes.sweptBefore { runs.forget(expiredBefore: seconds) }
        if let batch, changes.endsBatch {
            runs.append(batch.runs)
            lastRun = batch.runs.last?.number ?? lastRun
            self.batch = nil
        } else {
            batch?.didWrite(changes.written, for: changes.callCount)
        }
        for tenant in changes.deletedTenants {
            recent.remove(tenant)
            batch?.remove(tenant)
        }
        if let indexed = changes.indexedTo { indexedTo = indexed }
        if batch == nil, recent.callCount >= batchCount {
            batch = ClaimBatch(recent, firstRun: lastRun + 1)
            recent = RecentClaims()
        }
        changes = Changes()
    }
}

extension ClaimIndex {
    /// How many calls hold a key that nobody would find, so that it could be taken once more. Looks at every call.
    static func lostCount(_ db: Database) throws -> Int64 {
        // An older version's file, which is being looked at or copied, has no such table.
        guard try db.tableExists("claim_page") else { return 0 }
        let runs = try ClaimRuns(db)
        let held = try LedgerStatement(
            db,
            """
            SELECT tenant_id, sequence, claim FROM call
            WHERE claim IS NOT NULL AND \(DeletedTenantTable.isNot)
                AND sequence <= (SELECT claims_indexed_to FROM ledger_state)
            """)
        var count: Int64 = 0
        try held.each { row in
            guard let tenant = row.text(at: 0).flatMap(TenantID.init) else { return }
            let (sequence, claim) = (row.integer(at: 1), ClaimPrefix(try row.digest(at: 2)))
            do {
                if try runs.first(claim, of: tenant, where: { $0 == sequence }) == nil { count += 1 }
            } catch is DamagedRow {
                count += 1
            }
        }
        return count
    }

    /// Has the next start find all keys in the rows again.
    static func remake(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM claim_page; UPDATE ledger_state SET claims_indexed_to = 0")
    }
}
