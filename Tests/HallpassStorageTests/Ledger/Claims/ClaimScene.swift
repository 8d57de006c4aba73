import GRDB
import HallpassCore
import HallpassCrypto
import Testing

@testable import HallpassStorage

/// A database without a ledger, whose transactions a test makes itself.
final class ClaimScene {
    private let queue: DatabaseQueue
    private let batchCount: Int
    private var index: ClaimIndex
    private var sequence: Int64 = 0
    /// Unix seconds.
    private(set) var now: Int64 = 1_000_000

    init(batchCount: Int = ClaimIndex.batchCount) throws {
        self.batchCount = batchCount
        queue = try DatabaseQueue()
        try queue.writeWithoutTransaction { try Migrations.run(on: $0) }
        index = try queue.writeWithoutTransaction { try ClaimIndex($0, batchCount: batchCount) }
    }

    /// A key that begins as another does.
    static func twin(of key: Int) -> Int { key + 1_000 }

    func draw() -> Int64 {
        sequence += 1
        return sequence
    }

    /// Until what is taken now has ended, if nothing else is said.
    func age() { now += 2 }
    func setBack() { now -= 2 }

    /// - Parameters:
    ///   - limit: pages.
    ///   - others: what else the transaction does.
    /// - Returns: how many pages were removed.
    @discardableResult
    func sweep(limit: Int = .max, commits: Bool = true, others: (ClaimTaker) throws -> Void = { _ in }) throws -> Int {
        let expired = try queue.read { try ExpiredClaims.oldest(in: $0, before: now, limit: limit) }.pages
        try transaction(commits: commits) { taker in
            try others(taker)
            for page in expired { #expect(try page.remove(taker.db)) }
            if try !ExpiredClaims.exist(in: taker.db, before: now) { taker.index.forget(expiredBefore: now) }
        }
        return expired.count
    }

    /// Whether a call is there that holds a key.
    func isHeld(by sequence: Int64) throws -> Bool {
        try queue.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM call WHERE sequence = ? AND claim IS NOT NULL)",
                arguments: [sequence])
        } ?? false
    }

    func transaction(commits: Bool = true, _ body: (ClaimTaker) throws -> Void) throws {
        let isUndone = try queue.writeWithoutTransaction { db in
            index.begin()
            try db.inTransaction {
                try body(ClaimTaker(db: db, index: index, draw: draw, now: now))
                try index.advance()
                return commits ? .commit : .rollback
            }
            if commits { index.didCommit() }
            return !commits
        }
        // As the ledger does it: what was not committed is forgotten when the next transaction begins.
        if isUndone { index.begin() }
    }

    /// As after `kill -9`.
    func restart() throws {
        index = try queue.writeWithoutTransaction { try ClaimIndex($0, batchCount: batchCount) }
    }

    func holder(_ key: Int, of tenant: TenantID = Fixture.acme) throws -> Int64? {
        try queue.writeWithoutTransaction {
            try ClaimTaker(db: $0, index: index, draw: draw, now: now).holder(key, of: tenant)
        }
    }

    /// The calls whose keys are on disk, by number.
    func written() throws -> [Int64] {
        try queue.read { db in
            var found: [Int64] = []
            try LedgerStatement(db, "SELECT entries FROM claim_page").each { row in
                try row.eachClaimEntry(at: 0) { found.append($0.sequence) }
            }
            return found.sorted()
        }
    }

    func writtenTenants() throws -> Set<TenantID> {
        let names = try queue.read { try String.fetchAll($0, sql: "SELECT DISTINCT tenant_id FROM claim_page") }
        return Set(names.compactMap(TenantID.init))
    }

    func indexedTo() throws -> Int64 {
        try #require(try queue.read { try Int64.fetchOne($0, sql: "SELECT claims_indexed_to FROM ledger_state") })
    }

    func lastRun() throws -> Int64 { try queue.read { try ClaimRuns.last($0) } }

    func lostCount() throws -> Int64 { try queue.read { try ClaimIndex.lostCount($0) } }

    func remake(batchCount: Int? = nil) throws {
        try queue.writeWithoutTransaction { db in
            try ClaimIndex.remake(db)
            index = try ClaimIndex(db, batchCount: batchCount ?? self.batchCount)
        }
    }

    /// How many rows a start would read.
    func unindexedCount() throws -> Int {
        let count = try queue.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM call WHERE sequence > (SELECT claims_indexed_to FROM ledger_state)")
        }
        return try #require(count)
    }

    func execute(_ sql: String) throws { try queue.writeWithoutTransaction { try $0.execute(sql: sql) } }
}

/// What a transaction does with keys.
struct ClaimTaker {
    let db: Database
    let index: ClaimIndex
    let draw: () -> Int64
    let now: Int64

    func holder(_ key: Int, of tenant: TenantID = Fixture.acme) throws -> Int64? {
        try index.search(for: Self.claim(key), of: tenant).holder
    }

    @discardableResult
    func take(
        _ key: Int, of tenant: TenantID = Fixture.acme, as drawn: Int64? = nil, for seconds: Int64 = 1
    ) throws -> Int64 {
        let sequence = drawn ?? draw()
        let search = try index.search(for: Self.claim(key), of: tenant)
        if search.holder != nil { try release(key, of: tenant) }
        try insert(key, of: tenant, as: sequence, for: seconds)
        try index.note(sequence, of: tenant, leaseExpiresAt: now, expiresAt: now + seconds, after: search)
        return sequence
    }

    /// A call's row, of which the index does not hear.
    func insert(_ key: Int, of tenant: TenantID = Fixture.acme, as sequence: Int64, for seconds: Int64 = 1) throws {
        try db.execute(
            sql: """
                INSERT INTO call (tenant_id, sequence, nonce, client_id, claim, arguments_digest, lease_expires_at,
                    expires_at, token_sequence, scope) VALUES (?, ?, zeroblob(8), 'crm', ?, zeroblob(32), ?, ?, 1, '')
                """,
            arguments: [tenant.rawValue, sequence, Fixture.data(Self.claim(key)), now, now + seconds])
    }

    func delete(_ tenant: TenantID) { index.forget(tenant) }

    /// As calls that are old enough are swept away.
    func removeAll() throws { try db.execute(sql: "DELETE FROM call") }

    /// A call without a key.
    func pass() throws {
        let sequence = draw()
        try db.execute(
            sql: """
                INSERT INTO call (tenant_id, sequence, nonce, client_id, arguments_digest, lease_expires_at, expires_at,
                    token_sequence, scope) VALUES ('acme', ?, zeroblob(8), 'crm', zeroblob(32), 1, 1, 1, '')
                """,
            arguments: [sequence])
        try index.note(sequence, of: Fixture.acme, leaseExpiresAt: 1, expiresAt: 1, after: nil)
    }

    /// Undoes what `body` does.
    func failing(_ body: () throws -> Void) throws {
        let before = index.changes
        try db.inSavepoint {
            try body()
            return .rollback
        }
        index.begin(with: before)
    }

    func release(_ key: Int, of tenant: TenantID = Fixture.acme) throws {
        try db.execute(
            sql: "UPDATE call SET claim = NULL WHERE tenant_id = ? AND claim = ?",
            arguments: [tenant.rawValue, Fixture.data(Self.claim(key))])
    }

    func remove(_ sequence: Int64, of tenant: TenantID) throws {
        try db.execute(
            sql: "DELETE FROM call WHERE tenant_id = ? AND sequence = ?", arguments: [tenant.rawValue, sequence])
    }

    /// Twins have the first eight bytes in common, others none.
    private static func claim(_ key: Int) -> SHA256Digest {
        let head = SHA256.hash(Array("\(key % 1_000)".utf8)).bytes.prefix(8)
        guard let claim = SHA256Digest(bytes: head + SHA256.hash(Array("\(key)".utf8)).bytes.dropFirst(8)) else {
            preconditionFailure("32 bytes are a digest")
        }
        return claim
    }
}
