import HallpassCore
import SeededGenerator
import Testing

@testable import HallpassStorage

struct ClaimIndexTests {
    private let acme = Fixture.acme

    @Test func `a key that nobody holds is free`() throws {
        let scene = try ClaimScene()
        #expect(try scene.holder(1) == nil)
    }

    @Test(arguments: 1...20)
    func `whoever took a key is found, whether it is remembered, on its way to disk or there`(count: Int) throws {
        let scene = try ClaimScene(batchCount: 4)
        for key in 1...count { try scene.transaction { try $0.take(key) } }
        for key in 1...count { #expect(try scene.holder(key) == Int64(key)) }
        try scene.restart()
        for key in 1...count { #expect(try scene.holder(key) == Int64(key)) }
    }

    @Test func `keys are written some commits later, once there is room for a page of them at two for each call`()
        throws
    {
        let scene = try ClaimScene(batchCount: 4)
        for key in 1...5 { try scene.transaction { try $0.take(key) } }
        #expect(try scene.written().isEmpty)
        try scene.transaction { try $0.take(6) }
        #expect(try scene.written() == [1, 2, 3, 4])
        #expect(try scene.indexedTo() == 4)
    }

    @Test func `what a run had on disk that was not finished is removed at a start, and its keys are written again`()
        throws
    {
        let scene = try ClaimScene(batchCount: 4)
        for key in 1...2 {
            for tenant in [acme, Fixture.globex] { try scene.transaction { try $0.take(key, of: tenant) } }
        }
        try scene.transaction { try $0.take(5) }
        #expect(try scene.written() == [1, 3])
        try scene.restart()
        #expect(try scene.written() == Array(1...5))
        for key in 1...2 {
            #expect(try scene.holder(key) == Int64(2 * key - 1))
            #expect(try scene.holder(key, of: Fixture.globex) == Int64(2 * key))
        }
    }

    @Test func `a transaction that takes no key writes none`() throws {
        let scene = try ClaimScene(batchCount: 1)
        try scene.transaction { try $0.take(1) }
        try scene.transaction { _ in }
        #expect(try scene.written().isEmpty)
    }

    @Test func `what did not commit was never taken`() throws {
        let scene = try ClaimScene(batchCount: 2)
        try scene.transaction { try $0.take(1) }
        try scene.transaction(commits: false) { taker in
            try taker.take(1)
            try taker.take(2)
        }
        #expect(try scene.holder(1) == 1)
        #expect(try scene.holder(2) == nil)
    }

    @Test func `keys whose way to disk did not commit are found, and go there later`() throws {
        let scene = try ClaimScene(batchCount: 2)
        for key in 1...2 { try scene.transaction { try $0.take(key) } }
        try scene.transaction(commits: false) { try $0.take(3) }
        #expect(try scene.written().isEmpty)
        for key in 1...2 { #expect(try scene.holder(key) == Int64(key)) }
        try scene.transaction { try $0.take(3) }
        #expect(try scene.written() == [1, 2])
    }

    @Test func `within one transaction a key that was just taken is taken`() throws {
        let scene = try ClaimScene()
        try scene.transaction { taker in
            try taker.take(1)
            #expect(try taker.holder(1) == 1)
        }
    }

    @Test func `keys of two tenants are two keys`() throws {
        let scene = try ClaimScene(batchCount: 1)
        for tenant in [acme, Fixture.globex] { try scene.transaction { try $0.take(1, of: tenant) } }
        for key in 2...4 { try scene.transaction { try $0.take(key) } }
        #expect(try scene.holder(1) == 1)
        #expect(try scene.holder(1, of: Fixture.globex) == 2)
    }

    /// Eight bytes are all that the index keeps of a key, and whoever chooses keys can find two that share them.
    @Test(arguments: 0...6)
    func `keys that begin alike are kept apart`(later: Int) throws {
        let scene = try ClaimScene(batchCount: 3)
        try scene.transaction { try $0.take(1) }
        for key in 0..<later { try scene.transaction { try $0.take(10 + key) } }
        try scene.transaction { taker in
            try taker.take(ClaimScene.twin(of: 1))
            try taker.take(ClaimScene.twin(of: ClaimScene.twin(of: 1)))
        }
        let twins = [1, ClaimScene.twin(of: 1), ClaimScene.twin(of: ClaimScene.twin(of: 1))]
        let first = try twins.map { try scene.holder($0) }
        #expect(first == [1, Int64(later) + 2, Int64(later) + 3])
        try scene.restart()
        #expect(try twins.map { try scene.holder($0) } == first)
    }

    @Test func `keys that begin alike are found after a restart, whichever of their calls was committed first`() throws
    {
        for isReversed in [false, true] {
            let scene = try ClaimScene()
            let drawn = [scene.draw(), scene.draw()]
            for (key, sequence) in zip([1, ClaimScene.twin(of: 1)], isReversed ? drawn.reversed() : drawn) {
                try scene.transaction { try $0.take(key, as: sequence) }
            }
            try scene.restart()
            try scene.restart()
            #expect(try scene.holder(1) != nil)
            #expect(try scene.holder(ClaimScene.twin(of: 1)) != nil)
        }
    }

    @Test func `restarts do not heap up what is to be read at the next`() throws {
        let scene = try ClaimScene(batchCount: 8)
        for key in 0..<80 {
            try scene.transaction { try $0.take(key) }
            if key % 5 == 0 { try scene.restart() }
            #expect(try scene.unindexedCount() < 2 * 8)
        }
    }

    @Test func `calls without a key are not looked through again and again`() throws {
        let scene = try ClaimScene(batchCount: 8)
        for _ in 0..<80 {
            try scene.transaction { try $0.pass() }
            #expect(try scene.unindexedCount() < 2 * 8)
        }
        try scene.transaction { try $0.take(1) }
        #expect(try scene.holder(1) == 81)
        #expect(try scene.written().isEmpty)
    }

    @Test func `a call of what is no tenant stands in nobody's way`() throws {
        let scene = try ClaimScene()
        try scene.transaction { try $0.take(1) }
        try scene.execute("UPDATE call SET tenant_id = 'No Tenant'")
        try scene.restart()
        #expect(try scene.holder(1) == nil)
    }

    @Test func `a number that was drawn long before it is committed is found after a restart`() throws {
        let scene = try ClaimScene(batchCount: 2)
        let drawn = scene.draw()
        for key in 1...4 { try scene.transaction { try $0.take(key) } }
        #expect(try scene.indexedTo() >= drawn)
        try scene.transaction { try $0.take(9, as: drawn) }
        #expect(try scene.holder(9) == drawn)
        try scene.restart()
        #expect(try scene.holder(9) == drawn)
    }

    @Test func `whoever holds a key now is found, not who held it before`() throws {
        let scene = try ClaimScene(batchCount: 2)
        for _ in 1...6 { try scene.transaction { try $0.take(1) } }
        #expect(try scene.holder(1) == 6)
        try scene.restart()
        #expect(try scene.holder(1) == 6)
        try scene.transaction { try $0.release(1) }
        #expect(try scene.holder(1) == nil)
    }

    @Test func `calls without a key leave no runs`() throws {
        let scene = try ClaimScene(batchCount: 2)
        for _ in 0..<20 { try scene.transaction { try $0.pass() } }
        #expect(try scene.lastRun() == 0)
        for key in 1...20 { try scene.transaction { try $0.take(key) } }
        #expect(try scene.lastRun() == 9)
    }

    @Test(arguments: 1...12, [true, false])
    func `of a deleted tenant nothing is written, however far its keys were on their way`(
        count: Int, isErasedAtOnce: Bool
    ) throws {
        let scene = try ClaimScene(batchCount: 4)
        for key in 1...count {
            try scene.transaction { taker in
                try taker.take(key)
                try taker.take(key, of: Fixture.globex)
            }
        }
        try scene.transaction(commits: false) { $0.delete(Fixture.globex) }
        #expect(try scene.holder(count, of: Fixture.globex) == Int64(2 * count))
        try scene.transaction { taker in
            try taker.take(100)
            taker.delete(Fixture.globex)
        }
        try scene.execute("INSERT INTO deleted_tenant VALUES ('\(Fixture.globex)', 0, 'a', 'r', NULL)")
        let erasure = """
            DELETE FROM call WHERE tenant_id = '\(Fixture.globex)'; DELETE FROM claim_page WHERE tenant_id = '\(Fixture.globex)'
            """
        if !isErasedAtOnce {
            // What is not erased yet is there at a start, and is not taken for what has to be found.
            try scene.restart()
            try scene.transaction { try $0.take(101) }
            #expect(try scene.lostCount() == 0)
        }
        try scene.execute(erasure)
        for key in 20...40 { try scene.transaction { try $0.take(key) } }
        #expect(try scene.lostCount() == 0)
        #expect(try scene.writtenTenants() == [acme])
        for key in 1...count { #expect(try scene.holder(key) == Int64(2 * key - 1)) }
        #expect(try scene.lostCount() == 0)
    }

    @Test func `a key that a late call took from another is that call's`() throws {
        let scene = try ClaimScene(batchCount: 2)
        let late = scene.draw()
        for key in 1...4 { try scene.transaction { try $0.take(key) } }
        try scene.transaction { try $0.take(9) }
        try scene.transaction { try $0.take(9, as: late) }
        for key in 20...30 { try scene.transaction { try $0.take(key) } }
        #expect(try scene.holder(9) == late)
        try scene.restart()
        #expect(try scene.holder(9) == late)
    }

    /// Everything above at once, against a dictionary.
    @Test(arguments: 1...20)
    func `whatever happened before, a key's holder is who took it last`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let scene = try ClaimScene(batchCount: Int.random(in: 1...6, using: &random))
        var model: [Key: Int64] = [:]
        var drawn: [Int64] = []
        for _ in 1...120 {
            var after = model
            let commits = Int.random(in: 0..<5, using: &random) > 0
            try scene.transaction(commits: commits) { taker in
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    let key = Key.random(using: &random)
                    switch Int.random(in: 0..<12, using: &random) {
                    case 0: drawn.append(scene.draw())
                    case 1: try taker.pass()
                    case 2, 3: try taker.failing { try taker.take(key.number, of: key.tenant) }
                    default:
                        #expect(try taker.holder(key.number, of: key.tenant) == after[key])
                        let late = Bool.random(using: &random) ? drawn.indices.randomElement(using: &random) : nil
                        let seconds: Int64 = [1, 5, 10_000, 1_000_000].randomElement(using: &random) ?? 1
                        after[key] = try taker.take(
                            key.number, of: key.tenant, as: late.map { drawn.remove(at: $0) }, for: seconds)
                    }
                }
            }
            if commits { model = after }
            switch Int.random(in: 0..<24, using: &random) {
            case 0, 1:
                let removed = Key.all.filter { _ in Bool.random(using: &random) }
                let commits = Bool.random(using: &random)
                try scene.transaction(commits: commits) { taker in
                    for key in removed { if let holder = model[key] { try taker.remove(holder, of: key.tenant) } }
                    for _ in 0..<4 { try taker.pass() }
                }
                if commits { for key in removed { model[key] = nil } }
            case 2...4:
                scene.age()
                try scene.sweep(limit: Int.random(in: 1...4, using: &random), commits: Bool.random(using: &random))
                model = try model.filter { try scene.isHeld(by: $0.value) }
            default: break
            }
            if Int.random(in: 0..<12, using: &random) == 0 { try scene.restart() }
            for key in Key.all { #expect(try scene.holder(key.number, of: key.tenant) == model[key]) }
        }
        #expect(try scene.lostCount() == 0)
    }

    @Test(arguments: [1, 3, 4, 100])
    func `a key that no run has is counted, and found again once the runs are remade`(batchCount: Int) throws {
        let scene = try ClaimScene(batchCount: 4)
        for key in 1...12 { try scene.transaction { try $0.take(key) } }
        #expect(try scene.lostCount() == 0)
        try scene.execute("DELETE FROM claim_page WHERE run = 1")
        #expect(try scene.lostCount() == 4)
        #expect(try scene.holder(1) == nil)
        try scene.remake(batchCount: batchCount)
        #expect(try scene.lostCount() == 0)
        for key in 1...12 { #expect(try scene.holder(key) == Int64(key)) }
    }

    @Test func `a run is not looked into for a key that it does not hold`() throws {
        let scene = try ClaimScene(batchCount: 2)
        for key in 1...8 { try scene.transaction { try $0.take(key) } }
        // By a row that came there by no way that there is.
        try scene.transaction { try $0.insert(100, as: 500) }
        try scene.execute(
            """
            UPDATE claim_page SET claim = zeroblob(8), entries = (
                SELECT CAST(substr(claim, 1, 8) || x'00000000000001f4' AS BLOB) FROM call WHERE sequence = 500)
            WHERE run = 2
            """)
        #expect(try scene.holder(100) == nil)
        for key in 1...8 where key != 3 && key != 4 { #expect(try scene.holder(key) == Int64(key)) }
        try scene.execute("UPDATE ledger_state SET claims_indexed_to = 1000")
        try scene.restart()
        #expect(try scene.holder(100) == 500)
    }

    @Test func `a page that cannot be read is a refusal for the keys that it may have, and for no others`() throws {
        let scene = try ClaimScene(batchCount: 2)
        for key in 1...8 { try scene.transaction { try $0.take(key) } }
        try scene.execute("PRAGMA ignore_check_constraints = 1")
        try scene.execute("UPDATE claim_page SET claim = zeroblob(8), entries = x'00' WHERE run = 2")
        for _ in 1...2 {
            #expect(throws: DamagedRow.self) { try scene.holder(3) }
            for key in 5...8 { #expect(try scene.holder(key) == Int64(key)) }
            // Of older runs too nobody knows whether a newer call has taken their keys.
            #expect(try scene.lostCount() == 4)
            try scene.restart()
        }
        #expect(throws: DamagedRow.self) { try scene.holder(100) }
    }
}

private struct Key: Hashable {
    let number: Int
    let tenant: TenantID

    /// Half of them begin as another does.
    static let all = [Fixture.acme, Fixture.globex].flatMap { tenant in
        (1...4).flatMap { [Key(number: $0, tenant: tenant), Key(number: ClaimScene.twin(of: $0), tenant: tenant)] }
    }

    static func random(using random: inout SeededGenerator) -> Key {
        all[Int.random(in: 0..<all.count, using: &random)]
    }
}
