import HallpassCore
import Testing

@testable import HallpassStorage

struct ExpiredClaimsTests {
    private let acme = Fixture.acme

    @Test(arguments: [true, false], [true, false])
    func `a run goes once its last key has ended, and the calls that are left with it`(
        isRestarted: Bool, areCallsSwept: Bool
    ) throws {
        let scene = try ClaimScene(batchCount: 4)
        func tenant(_ key: Int) -> TenantID { key % 2 == 0 ? acme : Fixture.globex }
        for key in 1...8 { try scene.transaction { try $0.take(key, of: tenant(key)) } }
        for key in 9...12 { try scene.transaction { try $0.take(key, for: 1_000) } }
        #expect(try scene.sweep() == 0)
        scene.age()
        try scene.transaction { try $0.take(13) }
        let written = try scene.written()
        #expect(written.starts(with: 1...8))
        if areCallsSwept { try scene.execute("DELETE FROM call WHERE sequence <= 8") }
        #expect(try scene.sweep(commits: false) == 4)
        #expect(try scene.written() == written)
        for (limit, removed) in [(1, 1), (2, 2), (5, 1)] {
            // What is not gone is found.
            for key in 1...8 {
                #expect(try scene.holder(key, of: tenant(key)) == (scene.isHeld(by: Int64(key)) ? Int64(key) : nil))
            }
            #expect(try scene.sweep(limit: limit) == removed)
            if isRestarted { try scene.restart() }
            #expect(try scene.lostCount() == 0)
        }
        for key in 1...8 { #expect(try !scene.isHeld(by: Int64(key))) }
        for key in 9...13 { #expect(try scene.holder(key) == Int64(key)) }
        #expect(try scene.written().allSatisfy { $0 > 8 })
    }

    @Test func `a run that is finished while others are swept is found, though it has ended too`() throws {
        let scene = try ClaimScene(batchCount: 2)
        for key in 1...4 { try scene.transaction { try $0.take(key) } }
        scene.age()
        #expect(try scene.sweep { try $0.take(5) } == 1)
        #expect(try scene.written() == [3, 4])
        scene.setBack()
        for key in 3...5 { #expect(try scene.holder(key) == Int64(key)) }
    }

    @Test func `of a run that is being written nothing is swept, though it has ended`() throws {
        let scene = try ClaimScene(batchCount: 4)
        for key in 1...2 {
            for tenant in [acme, Fixture.globex] { try scene.transaction { try $0.take(key, of: tenant) } }
        }
        try scene.transaction { try $0.take(5) }
        #expect(try scene.written() == [1, 3])
        scene.age()
        #expect(try scene.sweep() == 0)
        try scene.transaction { try $0.take(6) }
        #expect(try scene.sweep() == 2)
        #expect(try scene.written().isEmpty)
    }

    @Test func `pages that were changed behind our back keep their calls and stay, and others go`() throws {
        let scene = try ClaimScene(batchCount: 2)
        for key in 1...8 { try scene.transaction { try $0.take(key, for: key == 3 ? 3_600 : 1) } }
        scene.age()
        try scene.execute("PRAGMA ignore_check_constraints = 1")
        try scene.execute("UPDATE claim_page SET run_expires_at = 0 WHERE run = 2")
        try scene.execute("UPDATE claim_page SET entries = x'00' WHERE run = 1")
        #expect(try scene.sweep() == 1)
        #expect(try scene.holder(3) == 3)
        for key in 1...4 { #expect(try scene.isHeld(by: Int64(key))) }
        for key in 5...6 { #expect(try !scene.isHeld(by: Int64(key))) }
    }

    @Test func `a key that is kept for long keeps none that end soon`() throws {
        let scene = try ClaimScene(batchCount: 4)
        for (key, seconds) in zip(1..., [10, 10_000, 10, 1_000_000, 10, 500_000]) {
            try scene.transaction { try $0.take(key, for: Int64(seconds)) }
        }
        try scene.transaction { try $0.take(7, for: 10) }
        #expect(try scene.written() == [1, 2, 3, 4])
        for _ in 0..<10 { scene.age() }
        try scene.sweep()
        #expect(try scene.written() == [2, 4])
        for key in [2, 4, 6] { #expect(try scene.holder(key) == Int64(key)) }
    }
}
