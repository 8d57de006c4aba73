import GRDB
import HallpassCore
import HallpassCrypto

/// Finds the call that holds an idempotency key, by the digest of the key.
///
/// Digests fall anywhere: where each call writes its own into an index, it changes a page there that no other call of the same
/// commit does, and half of what a commit writes is that. So new keys are remembered here. Once there are enough of them they
/// are sorted, and later commits take them into the table `call_claim` a few at a time, side by side.
///
/// What is remembered and what is in the table only says where to look: whether a call holds a key is read from its row. At a
/// start the keys that may be missing from the table are read from the rows that are younger than `claims_indexed_to`.
final class ClaimIndex {
    /// How many calls are gathered before their keys are sorted. In a table of a million keys some fourteen of so many fall on
    /// each page, so that a commit changes few; of half as many it would be seven.
    static let batchCount = 131_072

    /// What the present transaction has done; void unless it commits.
    struct Changes {
        fileprivate var callCount = 0
        fileprivate var highest: Int64 = 0
        /// When the first call was made, in Unix seconds.
        fileprivate var oldestSeconds = Int64.max
        fileprivate var holders: [Holder] = []
        fileprivate var released: [Holder] = []
        fileprivate var deletedTenants: [TenantID] = []
        fileprivate var writtenCount = 0
        fileprivate var endsBatch = false
        fileprivate var filterReach: ClaimFilter.Reach?
    }

    fileprivate struct Holder {
        let tenant: TenantID
        let claim: ClaimPrefix
        let sequence: Int64
    }

    /// What was found of a key, for whoever takes it then.
    struct Search {
        /// The number of the call that holds the key; `nil` for a key that is free.
        let holder: Int64?
        fileprivate let claim: ClaimPrefix
        /// Calls whose keys begin as this one does, or that held it.
        fileprivate let remembered: [Int64]
    }

    /// Keys on their way into the table, in the table's order.
    private struct Batch {
        var holders: [Holder] = []
        /// How many of them, from the first, are in the table.
        var writtenCount = 0
        /// Calls that have given up their key since.
        var released: Set<Int64> = []
        /// Until then none of their rows was old enough to be swept away. Unix seconds.
        var isWholeUntil: Int64 = .min

        func holder(of claim: ClaimPrefix, _ tenant: TenantID) -> Int64? {
            var low = 0
            var high = holders.count
            while low < high {
                let middle = (low + high) / 2
                let found = holders[middle]
                if (found.tenant, found.claim) < (tenant, claim) { low = middle + 1 } else { high = middle }
            }
            guard low < holders.count, holders[low].claim == claim, holders[low].tenant == tenant else { return nil }
            return holders[low].sequence
        }
    }

    private let batchCount: Int
    private let selectHeld: LedgerStatement
    private let selectIndexed: LedgerStatement
    private let insert: LedgerStatement
    private let insertWhereHeld: LedgerStatement
    private let setIndexedTo: LedgerStatement
    private let selectNext: LedgerStatement

    private(set) var changes = Changes()
    /// By tenant and key, the call that took the key last; in no batch yet.
    private var recent: [TenantID: [ClaimPrefix: Int64]] = [:]
    /// Of all calls since the last batch was made, those without a key too: their rows also are looked through at a start.
    private var recentCount = 0
    private var lowestRecent = Int64.max
    /// When the first of them was made, in Unix seconds; of those that a start has read nobody knows.
    private var oldestRecentSeconds = Int64.max
    private var batch: Batch?
    /// The latest time that any call was made at, though the clock may have been set back since: in Unix seconds.
    private var newestSeconds = Int64.min
    /// A call up to this number is not remembered: its key is in the table, or on its way there in the present batch.
    private var indexedTo: Int64
    private var filter: ClaimFilter

    /// Reads the keys that may be missing from the table. Outside of a transaction.
    init(
        _ db: Database, batchCount: Int = ClaimIndex.batchCount, filter: ClaimFilter = ClaimFilter()
    ) throws {
        self.batchCount = batchCount
        self.filter = filter
        selectHeld = try LedgerStatement(
            db, "SELECT 1 FROM call WHERE tenant_id = ? AND sequence = ? AND claim = ?")
        selectIndexed = try LedgerStatement(
            db,
            """
            SELECT call.sequence FROM call_claim AS entry JOIN call USING (tenant_id, sequence)
            WHERE entry.tenant_id = ? AND entry.claim = ? AND call.claim = ?
            """)
        insert = try LedgerStatement(
            db, "INSERT OR IGNORE INTO call_claim (tenant_id, claim, sequence) VALUES (?, ?, ?)")
        // Of a call that is gone, or has given the key up, nothing is to be found.
        insertWhereHeld = try LedgerStatement(
            db,
            """
            INSERT OR IGNORE INTO call_claim (tenant_id, claim, sequence)
            SELECT tenant_id, substr(claim, 1, 8), sequence FROM call
            WHERE tenant_id = ? AND sequence = ? AND claim IS NOT NULL
            """)
        setIndexedTo = try LedgerStatement(db, "UPDATE ledger_state SET claims_indexed_to = ?")
        selectNext = try LedgerStatement(
            db,
            """
            SELECT tenant_id, claim FROM call_claim WHERE (tenant_id, claim) > (?, ?) ORDER BY tenant_id, claim LIMIT ?
            """)
        indexedTo = try Int64.fetchOne(db, sql: "SELECT claims_indexed_to FROM ledger_state") ?? 0
        let unindexed = try Int.fetchOne(db, sql: Self.unindexed("count(*)"), arguments: [indexedTo]) ?? 0
        // Before there are more of them with each restart: the next batch would be all of them, and none is noted that is not
        // whole.
        if unindexed >= batchCount { try indexAll(db) } else { try rememberAll(db) }
    }

    /// Calls that are younger than a number. One look at the end of each tenant's.
    private static func unindexed(_ columns: String) -> String {
        """
        WITH RECURSIVE holder (tenant_id) AS (
            SELECT min(tenant_id) FROM call
            UNION ALL
            SELECT (SELECT min(tenant_id) FROM call WHERE call.tenant_id > holder.tenant_id)
            FROM holder WHERE holder.tenant_id IS NOT NULL)
        SELECT \(columns) FROM holder CROSS JOIN call
        WHERE call.tenant_id = holder.tenant_id AND call.sequence > ?
        """
    }

    private func indexAll(_ db: Database) throws {
        let last = try Int64.fetchOne(db, sql: Self.unindexed("max(call.sequence)"), arguments: [indexedTo])
        let keys = Self.unindexed("call.tenant_id, substr(call.claim, 1, 8), call.sequence")
        try db.inTransaction(.immediate) {
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO call_claim (tenant_id, claim, sequence)
                    \(keys) AND call.claim IS NOT NULL ORDER BY 1, 2, 3
                    """, arguments: [indexedTo])
            try setIndexedTo.run(last)
            return .commit
        }
        indexedTo = last ?? indexedTo
    }

    private func rememberAll(_ db: Database) throws {
        let rows = try Row.fetchCursor(
            db, sql: Self.unindexed("call.tenant_id, call.claim, call.sequence"), arguments: [indexedTo])
        var displaced: [Holder] = []
        while let row = try rows.next() {
            recentCount += 1
            oldestRecentSeconds = .min
            // Nobody can ask in the name of a tenant that is none.
            guard let tenant = TenantID(try row.decode(atIndex: 0)), !row.hasNull(atIndex: 1) else { continue }
            let claim = ClaimPrefix(try row.digest(at: 1))
            displaced += remember(Holder(tenant: tenant, claim: claim, sequence: try row.decode(atIndex: 2)))
        }
        for holder in displaced { try index(holder) }
    }

    /// Finds who holds a key.
    func search(for claim: SHA256Digest, of tenant: TenantID) throws -> Search {
        let prefix = ClaimPrefix(claim)
        let remembered = remembered(prefix, of: tenant)
        let holder =
            try remembered.first { try selectHeld.first(tenant.rawValue, $0, claim) { _ in true } == true }
            ?? (filter.mayBeIndexed(prefix)
                ? selectIndexed.first(tenant.rawValue, prefix, claim) { $0.integer(at: 0) } : nil)
        return Search(holder: holder, claim: prefix, remembered: remembered)
    }

    /// Notes a call, whose row is there.
    ///
    /// - Parameters:
    ///   - search: for its key, just before; `nil` for a call without one. Whoever held the key has given it up.
    ///   - seconds: Unix seconds, now.
    func note(_ sequence: Int64, of tenant: TenantID, after search: Search?, atSeconds seconds: Int64) throws {
        changes.callCount += 1
        changes.highest = max(changes.highest, sequence)
        changes.oldestSeconds = min(changes.oldestSeconds, seconds)
        newestSeconds = max(newestSeconds, seconds)
        guard let search else { return }
        if let holder = search.holder {
            changes.released.append(Holder(tenant: tenant, claim: search.claim, sequence: holder))
        }
        // Numbers are drawn before calls wait for their commit: this one waited for longer than a batch takes.
        let holder = Holder(tenant: tenant, claim: search.claim, sequence: sequence)
        guard sequence > indexedTo else { return try index(holder) }
        // Another key may begin as this one does, and only one call is remembered for both.
        for other in search.remembered {
            try index(Holder(tenant: tenant, claim: search.claim, sequence: other))
        }
        changes.holders.append(holder)
    }

    /// A tenant's rows are about to be removed, and nobody will ask in its name again.
    func forget(_ tenant: TenantID) { changes.deletedTenants.append(tenant) }

    /// Takes a few of the batch into the table: two for each call of this transaction, so that a batch is done before the
    /// next is full. Takes a few of the table into the filter. To be called once, at a transaction's end.
    func advance() throws {
        guard changes.callCount > 0 else { return }
        try readForFilter()
        guard let batch else { return }
        let rest = batch.holders[batch.writtenCount...].prefix(2 * changes.callCount)
        // To look at each row first, in an order that is not theirs, took twice as long as to write.
        let areWhole = newestSeconds < batch.isWholeUntil
        for holder in rest {
            if !areWhole {
                try index(holder)
            } else if !batch.released.contains(holder.sequence),
                !changes.released.contains(where: { $0.sequence == holder.sequence }),
                !changes.deletedTenants.contains(holder.tenant)
            {
                filter.add(holder.claim)
                try insert.run(holder.tenant.rawValue, holder.claim, holder.sequence)
            }
        }
        changes.writtenCount = rest.count
        changes.endsBatch = rest.endIndex == batch.holders.endIndex
        guard changes.endsBatch else { return }
        let lowest = changes.holders.reduce(lowestRecent) { min($0, $1.sequence) }
        indexedTo = max(indexedTo, lowest == .max ? changes.highest : lowest - 1)
        try setIndexedTo.run(indexedTo)
    }

    private func readForFilter() throws {
        do {
            changes.filterReach = try filter.readOn(changes.callCount) { last, limit, read in
                try selectNext.each(last?.tenant ?? "", last?.claim, Int64(limit)) { row in
                    guard let tenant = row.text(at: 0), let claim = ClaimPrefix(row, at: 1) else {
                        throw DamagedRow(column: "call_claim.claim")
                    }
                    read(ClaimFilter.Row(tenant: tenant, claim: claim))
                }
            }
        } catch is DamagedRow {
            // Nobody has asked for this row, and what came before it in vain is no call's fault.
            filter.giveUp()
        }
    }

    /// To be called before each transaction: what the one before did not commit is as if it had not been.
    func begin(with changes: Changes = Changes()) { self.changes = changes }

    /// To be called after each transaction that has committed.
    func didCommit() {
        recentCount += changes.callCount
        oldestRecentSeconds = min(oldestRecentSeconds, changes.oldestSeconds)
        // Who is displaced is in the table, or holds the key no more.
        for holder in changes.holders { _ = remember(holder) }
        // Where a call that came late has taken a key, nothing displaced who had it.
        for holder in changes.released where recent[holder.tenant]?[holder.claim] == holder.sequence {
            recent[holder.tenant]?[holder.claim] = nil
        }
        batch?.writtenCount += changes.writtenCount
        batch?.released.formUnion(changes.released.map(\.sequence))
        if !changes.deletedTenants.isEmpty { removeHolders(of: changes.deletedTenants) }
        if changes.endsBatch { batch = nil }
        if let reach = changes.filterReach { filter.didRead(to: reach) }
        filter.renewIfFull()
        if batch == nil, recentCount >= batchCount { batch = takeRecent() }
        changes = Changes()
    }

    /// - Returns: whom it displaced.
    private func remember(_ holder: Holder) -> [Holder] {
        lowestRecent = min(lowestRecent, holder.sequence)
        let displaced = recent[holder.tenant, default: [:]].updateValue(holder.sequence, forKey: holder.claim)
        return displaced.map { [Holder(tenant: holder.tenant, claim: holder.claim, sequence: $0)] } ?? []
    }

    private func takeRecent() -> Batch {
        var taken = Batch()
        taken.holders.reserveCapacity(recentCount)
        for (tenant, claims) in recent.sorted(by: { $0.key < $1.key }) {
            for (claim, sequence) in claims.sorted(by: { $0.key < $1.key }) {
                taken.holders.append(Holder(tenant: tenant, claim: claim, sequence: sequence))
            }
        }
        // A row is swept away so long after it has expired.
        taken.isWholeUntil = oldestRecentSeconds + SweptTable.call.retentionSeconds
        recent.removeAll(keepingCapacity: true)
        recentCount = 0
        lowestRecent = .max
        oldestRecentSeconds = .max
        return taken
    }

    /// The calls that may hold a key, as far as they are remembered.
    private func remembered(_ claim: ClaimPrefix, of tenant: TenantID) -> [Int64] {
        var found: [Int64] = []
        for holder in changes.holders where holder.claim == claim && holder.tenant == tenant {
            found.append(holder.sequence)
        }
        if let sequence = recent[tenant]?[claim] { found.append(sequence) }
        if let sequence = batch?.holder(of: claim, tenant) { found.append(sequence) }
        return found
    }

    /// Looks at the call's row.
    private func index(_ holder: Holder) throws {
        filter.add(holder.claim)
        try insertWhereHeld.run(holder.tenant.rawValue, holder.sequence)
    }

    private func removeHolders(of tenants: [TenantID]) {
        for tenant in tenants { recent[tenant] = nil }
        guard var batch else { return }
        let written = batch.holders[..<batch.writtenCount].filter { !tenants.contains($0.tenant) }
        let rest = batch.holders[batch.writtenCount...].filter { !tenants.contains($0.tenant) }
        batch.holders = written + rest
        batch.writtenCount = written.count
        self.batch = batch
    }
}

extension ClaimIndex {
    /// How many calls hold a key that nobody would find, so that it could be taken once more. Looks at every call.
    static func lostCount(_ db: Database) throws -> Int64 {
        // An older version's file, which is being looked at or copied, has no such table.
        guard try db.tableExists("call_claim") else { return 0 }
        return try Int64.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM call
                WHERE claim IS NOT NULL AND \(DeletedTenantTable.isNot) AND sequence <= (SELECT claims_indexed_to FROM ledger_state) AND NOT EXISTS (
                    SELECT 1 FROM call_claim AS entry
                    WHERE entry.tenant_id = call.tenant_id AND entry.claim = substr(call.claim, 1, 8)
                        AND entry.sequence = call.sequence)
                """) ?? 0
    }

    /// Has the next start find all keys in the rows again.
    static func remake(_ db: Database) throws {
        try db.execute(sql: "UPDATE ledger_state SET claims_indexed_to = 0")
    }
}

/// The first eight bytes of a key's digest, in the order in which SQLite has them.
struct ClaimPrefix: Hashable, Comparable, LedgerValue {
    let value: UInt64

    init(_ claim: SHA256Digest) {
        value = claim.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    /// - Returns: `nil` where no eight bytes are.
    init?(_ row: LedgerRow, at index: Int32) {
        guard let value = row.withBytes(at: index, { $0.count == 8 ? $0.loadUnaligned(as: UInt64.self) : nil })
        else { return nil }
        self.value = UInt64(bigEndian: value)
    }

    static func < (left: ClaimPrefix, right: ClaimPrefix) -> Bool { left.value < right.value }

    func bind(to statement: SQLiteStatement, at index: Int32, _ bytes: BoundBytes) -> Int32 {
        withUnsafeBytes(of: value.bigEndian) { bindBlob($0, to: statement, at: index, bytes) }
    }
}
