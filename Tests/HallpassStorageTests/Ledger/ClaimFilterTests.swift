import GRDB
import HallpassCore
import HallpassCrypto
import Testing

@testable import HallpassStorage

struct ClaimFilterTests {
    @Test func `what was added is in it, and of others one in fifty at most seems to be`() {
        var bits = ClaimBits(capacity: 4_096)
        for key in 0..<4_096 { bits.add(.of(key)) }
        #expect((0..<4_096).allSatisfy { bits.mayHold(.of($0)) })
        #expect((10_000..<20_000).count { bits.mayHold(.of($0)) } < 200)
    }

    @Test func `until all of the table has been read every key may be in it`() {
        let table = Table(keys: 0..<5)
        var filter = ClaimFilter(capacity: 64, rowsPerCall: 2)
        for _ in 0..<2 {
            table.isRead(by: &filter)
            #expect(filter.mayBeIndexed(.of(9)))
        }
        table.isRead(by: &filter)
        #expect(!filter.mayBeIndexed(.of(9)))
        #expect((0..<5).allSatisfy { filter.mayBeIndexed(.of($0)) })
    }

    @Test func `what is written while the table is read is known, wherever it falls`() {
        var table = Table(keys: 0..<50)
        var filter = ClaimFilter(capacity: 64, rowsPerCall: 1)
        for key in 100..<150 {
            filter.add(.of(key))
            table.keys.insert(key)
            table.isRead(by: &filter)
        }
        for _ in 0..<100 { table.isRead(by: &filter) }
        #expect(!filter.mayBeIndexed(.of(9_999)))
        #expect(table.keys.allSatisfy { filter.mayBeIndexed(.of($0)) })
    }

    @Test func `what a transaction read that did not commit is read again`() {
        var table = Table(keys: 0..<4)
        var filter = ClaimFilter(capacity: 64, rowsPerCall: 2)
        table.isRead(by: &filter, commits: false)
        // A row that the transaction had removed; by its digest it is the first.
        table.keys.insert(4)
        for _ in 0..<4 { table.isRead(by: &filter) }
        #expect(!filter.mayBeIndexed(.of(9)))
        #expect(table.keys.allSatisfy { filter.mayBeIndexed(.of($0)) })
    }

    @Test(arguments: [31, 33, 400])
    func `it grows with the table`(count: Int) {
        var table = Table(keys: 0..<20)
        var filter = ClaimFilter(capacity: 32, rowsPerCall: 7)
        for key in 20..<count {
            filter.add(.of(key))
            table.keys.insert(key)
            table.isRead(by: &filter)
        }
        for _ in 0..<count { table.isRead(by: &filter) }
        #expect((0..<count).allSatisfy { filter.mayBeIndexed(.of($0)) })
        #expect((10_000..<20_000).count { filter.mayBeIndexed(.of($0)) } < 200)
    }

    @Test func `keys that have left the table are forgotten in time, and it does not grow for them`() {
        var table = Table(keys: 0..<10)
        var filter = ClaimFilter(capacity: 64, rowsPerCall: 10)
        for key in 10..<600 {
            filter.add(.of(key))
            table.keys = Set(key - 9...key)
            table.isRead(by: &filter)
        }
        #expect(table.keys.allSatisfy { filter.mayBeIndexed(.of($0)) })
        #expect((0..<500).count { filter.mayBeIndexed(.of($0)) } < 50)
    }

    @Test func `the largest is made anew too, whether the table has room in it or not`() {
        for room in [1, 4] {
            var table = Table(keys: 0..<(64 * 2 / room))
            let count = table.keys.count
            var filter = ClaimFilter(capacity: 64, mostCapacity: 64, rowsPerCall: 10)
            for key in count..<2_000 {
                filter.add(.of(key))
                table.keys = Set(key - count + 1...key)
                for _ in 0..<3 { table.isRead(by: &filter) }
            }
            #expect(table.keys.allSatisfy { filter.mayBeIndexed(.of($0)) })
            #expect((10_000..<20_000).count { filter.mayBeIndexed(.of($0)) } < 3_000)
        }
    }

    /// By a row that came into the table by no way that there is.
    @Test(arguments: [0, 6])
    func `the table is not asked for a key that it does not hold`(count: Int) throws {
        let scene = try ClaimScene(batchCount: 2, filter: ClaimFilter(capacity: 32, rowsPerCall: 1))
        for key in 0..<count {
            try scene.transaction { taker in
                try taker.take(key)
                try taker.take(ClaimScene.twin(of: key))
                try taker.take(key, of: Fixture.globex)
            }
        }
        try scene.restart()
        for _ in 0...(3 * count) { try scene.transaction { try $0.pass() } }
        try scene.transaction { taker in
            try taker.insert(100, as: 500)
            try taker.db.execute(
                sql: """
                    INSERT INTO call_claim SELECT tenant_id, substr(claim, 1, 8), sequence FROM call WHERE sequence = 500
                    """)
        }
        #expect(try scene.holder(100) == nil)
        for key in 0..<count { #expect(try scene.holder(key) == Int64(3 * key + 1)) }
        try scene.execute("UPDATE ledger_state SET claims_indexed_to = 1000")
        try scene.restart()
        #expect(try scene.holder(100) == 500)
    }

    @Test func `a row that cannot be read stops no call, and every key is looked for`() throws {
        let scene = try ClaimScene(batchCount: 1)
        for key in 1...3 { try scene.transaction { try $0.take(key) } }
        try scene.execute("PRAGMA ignore_check_constraints = 1")
        try scene.execute("UPDATE call_claim SET claim = x'00' WHERE sequence = 1")
        try scene.restart()
        for key in 4...40 { try scene.transaction { try $0.take(key) } }
        for key in 2...40 { #expect(try scene.holder(key) == Int64(key)) }
        #expect(try scene.lostCount() == 1)
    }
}

/// A table of keys that is read in its order.
private struct Table {
    var keys: Set<Int>

    init(keys: Range<Int>) { self.keys = Set(keys) }

    /// As one transaction of one call does it.
    func isRead(by filter: inout ClaimFilter, commits: Bool = true) {
        let rows = keys.map(ClaimPrefix.of).sorted()
        let reach = filter.readOn(1) { last, limit, read in
            let rest = rows.drop { claim in last.map { claim <= $0.claim } ?? false }
            for claim in rest.prefix(limit) {
                read(ClaimFilter.Row(tenant: "acme", claim: claim))
            }
        }
        guard commits else { return }
        if let reach { filter.didRead(to: reach) }
        filter.renewIfFull()
    }
}

extension ClaimPrefix {
    fileprivate static func of(_ key: Int) -> ClaimPrefix { ClaimPrefix(SHA256.hash(Array("\(key)".utf8))) }
}
