import GRDB
import HallpassCore
import HallpassCrypto

/// Finds the call that holds an idempotency key, by the digest of the key.
///
/// Digests fall anywhere: where each call writes its own into an index, it changes a page there that no other call of the same
/// commit does, and half of what a commit writes is that. So new keys are remembered here. Once there are enough of them they
/// are sorted, and later commits take them into the table `call_claim` a few at a time, side by side.
///
/// What is remembered and what is in the table only says where to look: whether a call holds a key is read from its row. After
/// a crash the keys that may be missing from the table are read from the rows that are younger than `claims_indexed_to`.
final class ClaimIndex {
    /// How many keys are gathered before they are sorted. In a table of a million keys some seven of so many fall on each
    /// page; to read half as many again at a start takes some 0.1 s.
    static let batchCount = 65_536

    /// What the present transaction has done; void unless it commits.
    struct Changes {
        fileprivate var holders: [Holder] = []
        fileprivate var writtenCount = 0
    }

    fileprivate struct Holder {
        let tenant: TenantID
        let claim: ClaimPrefix
        let sequence: Int64
    }

    /// Keys on their way into the table, in the table's order.
    private struct Batch {
        var holders: [Holder] = []
        /// How many of them, from the first, are in the table.
        var writtenCount = 0

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
    private let setIndexedTo: LedgerStatement

    private(set) var changes = Changes()
    /// By tenant and key, the call that took the key last; in no batch yet.
    private var recent: [TenantID: [ClaimPrefix: Int64]] = [:]
    private var recentCount = 0
    private var lowestRecent = Int64.max
    private var batch = Batch()
    /// No call up to this number holds a key that is not in the table.
    private var indexedTo: Int64

    /// Reads the keys that may be missing from the table.
    init(_ db: Database, batchCount: Int = ClaimIndex.batchCount) throws {
        self.batchCount = batchCount
        selectHeld = try LedgerStatement(
            db, "SELECT 1 FROM call WHERE tenant_id = ? AND sequence = ? AND claim = ?")
        selectIndexed = try LedgerStatement(
            db,
            """
            SELECT call.sequence FROM call_claim AS entry JOIN call USING (tenant_id, sequence)
            WHERE entry.tenant_id = ? AND entry.claim = ? AND call.claim = ?
            """)
        // Of a call that is gone, or has given the key up, nothing is to be found.
        insert = try LedgerStatement(
            db,
            """
            INSERT OR IGNORE INTO call_claim (tenant_id, claim, sequence)
            SELECT tenant_id, substr(claim, 1, 8), sequence FROM call
            WHERE tenant_id = ? AND sequence = ? AND claim IS NOT NULL
            """)
        setIndexedTo = try LedgerStatement(db, "UPDATE ledger_state SET claims_indexed_to = ?")
        indexedTo = try Int64.fetchOne(db, sql: "SELECT claims_indexed_to FROM ledger_state") ?? 0
        let rows = try Row.fetchCursor(db, sql: Self.unindexed, arguments: [indexedTo])
        while let row = try rows.next() {
            let claim = ClaimPrefix(try row.digest(at: 1))
            remember(
                Holder(tenant: try row.value(at: 0, TenantID.init), claim: claim, sequence: try row.decode(atIndex: 2)))
        }
    }

    /// One look at the end of each tenant's calls.
    private static let unindexed = """
        WITH RECURSIVE holder (tenant_id) AS (
            SELECT min(tenant_id) FROM call
            UNION ALL
            SELECT (SELECT min(tenant_id) FROM call WHERE call.tenant_id > holder.tenant_id)
            FROM holder WHERE holder.tenant_id IS NOT NULL)
        SELECT call.tenant_id, call.claim, call.sequence FROM holder CROSS JOIN call
        WHERE call.tenant_id = holder.tenant_id AND call.sequence > ? AND call.claim IS NOT NULL
        ORDER BY call.tenant_id, call.sequence
        """

    /// - Returns: the number of the call that holds a key; `nil` for a key that is free.
    func holder(of claim: SHA256Digest, of tenant: TenantID) throws -> Int64? {
        let prefix = ClaimPrefix(claim)
        for sequence in remembered(prefix, of: tenant) {
            let holds = try selectHeld.first(tenant.rawValue, sequence, claim) { _ in true }
            if holds == true { return sequence }
        }
        return try selectIndexed.first(tenant.rawValue, prefix, claim) { $0.integer(at: 0) }
    }

    /// Notes who holds a key. The call's row is there, and no other call holds the key.
    func hold(_ claim: SHA256Digest, by sequence: Int64, of tenant: TenantID) throws {
        let claim = ClaimPrefix(claim)
        // Numbers are drawn before calls wait for their commit: this one waited for longer than a batch takes.
        guard sequence > indexedTo else { return try index(sequence, of: tenant) }
        // Another key may begin as this one does, and only one call is remembered for both.
        for other in remembered(claim, of: tenant) { try index(other, of: tenant) }
        changes.holders.append(Holder(tenant: tenant, claim: claim, sequence: sequence))
    }

    /// Takes a few of the batch into the table: two for each key that this transaction has added, so that a batch is done
    /// before the next is full.
    func advance() throws {
        let rest = batch.holders[batch.writtenCount...].prefix(2 * changes.holders.count)
        guard !rest.isEmpty else { return }
        for holder in rest { try index(holder.sequence, of: holder.tenant) }
        changes.writtenCount = rest.count
        guard rest.endIndex == batch.holders.endIndex else { return }
        let lowest = changes.holders.reduce(lowestRecent) { min($0, $1.sequence) }
        // A transaction that does not commit leaves this too high here, and then too much is written to the table at once.
        indexedTo = max(indexedTo, lowest - 1)
        try setIndexedTo.run(indexedTo)
    }

    /// To be called before each transaction: what the one before did not commit is as if it had not been.
    func begin(with changes: Changes = Changes()) { self.changes = changes }

    /// To be called after each transaction that has committed.
    func didCommit() {
        for holder in changes.holders { remember(holder) }
        batch.writtenCount += changes.writtenCount
        changes = Changes()
        guard batch.writtenCount == batch.holders.count else { return }
        batch = recentCount < batchCount ? Batch() : takeRecent()
    }

    private func remember(_ holder: Holder) {
        if recent[holder.tenant, default: [:]].updateValue(holder.sequence, forKey: holder.claim) == nil {
            recentCount += 1
        }
        lowestRecent = min(lowestRecent, holder.sequence)
    }

    private func takeRecent() -> Batch {
        var taken = Batch()
        taken.holders.reserveCapacity(recentCount)
        for (tenant, claims) in recent.sorted(by: { $0.key < $1.key }) {
            for (claim, sequence) in claims.sorted(by: { $0.key < $1.key }) {
                taken.holders.append(Holder(tenant: tenant, claim: claim, sequence: sequence))
            }
        }
        recent.removeAll(keepingCapacity: true)
        recentCount = 0
        lowestRecent = .max
        return taken
    }

    /// The calls that may hold a key, as far as they are remembered.
    private func remembered(_ claim: ClaimPrefix, of tenant: TenantID) -> [Int64] {
        var found: [Int64] = []
        for holder in changes.holders where holder.claim == claim && holder.tenant == tenant {
            found.append(holder.sequence)
        }
        if let sequence = recent[tenant]?[claim] { found.append(sequence) }
        if let sequence = batch.holder(of: claim, tenant) { found.append(sequence) }
        return found
    }

    private func index(_ sequence: Int64, of tenant: TenantID) throws { try insert.run(tenant.rawValue, sequence) }
}

extension ClaimIndex {
    /// Whether some call holds a key that nobody would find, so that it could be taken twice. Looks at every call.
    ///
    /// - Returns: `nil` where there is none.
    static func problem(_ db: Database) throws -> String? {
        // An older version's file, which is being looked at, has no such table.
        guard try db.tableExists("call_claim") else { return nil }
        let lost = try Int64.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM call
                WHERE claim IS NOT NULL AND sequence <= (SELECT claims_indexed_to FROM ledger_state) AND NOT EXISTS (
                    SELECT 1 FROM call_claim AS entry
                    WHERE entry.tenant_id = call.tenant_id AND entry.claim = substr(call.claim, 1, 8)
                        AND entry.sequence = call.sequence)
                """)
        return lost.flatMap { $0 == 0 ? nil : "\($0) idempotency keys are missing from their index" }
    }
}

/// The first eight bytes of a key's digest, in the order in which SQLite has them.
struct ClaimPrefix: Hashable, Comparable, LedgerValue {
    private let value: UInt64

    init(_ claim: SHA256Digest) {
        value = claim.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    static func < (left: ClaimPrefix, right: ClaimPrefix) -> Bool { left.value < right.value }

    func bind(to statement: SQLiteStatement, at index: Int32, _ bytes: BoundBytes) -> Int32 {
        withUnsafeBytes(of: value.bigEndian) { bindBlob($0, to: statement, at: index, bytes) }
    }
}
