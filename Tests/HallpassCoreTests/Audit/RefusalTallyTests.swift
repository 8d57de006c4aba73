import HallpassCore
import Testing

struct RefusalTallyTests {
    private static let limit = Limits.refusalsRecordedPerMinute

    @Test func `the first of a minute are recorded and the rest are counted`() {
        var tally = RefusalTally()
        let recorded = (0..<Self.limit + 7).count { _ in tally.note(address: "192.0.2.1", nowSeconds: 0) }
        #expect(recorded == Self.limit)
        #expect(tally.drain(nowSeconds: 0) == [RefusalTally.Count(address: "192.0.2.1", count: 7)])
        #expect(tally.drain(nowSeconds: 0) == [])
    }

    @Test(arguments: [(59, false), (60, true), (61, true)])
    func `a new minute begins anew`(second: Int64, isRecorded: Bool) {
        var tally = RefusalTally()
        for _ in 0..<Self.limit { _ = tally.note(address: "192.0.2.1", nowSeconds: 0) }
        #expect(tally.note(address: "192.0.2.1", nowSeconds: second) == isRecorded)
    }

    @Test func `what was counted in a minute that has passed is not lost with it`() {
        var tally = RefusalTally()
        for _ in 0...Self.limit { _ = tally.note(address: "192.0.2.1", nowSeconds: 0) }
        for _ in 0...Self.limit { _ = tally.note(address: "192.0.2.1", nowSeconds: 60) }
        #expect(tally.drain(nowSeconds: 300) == [RefusalTally.Count(address: "192.0.2.1", count: 2)])
    }

    @Test func `one source's flood leaves another's refusals on record`() {
        var tally = RefusalTally()
        for _ in 0...Self.limit { _ = tally.note(address: "192.0.2.1", nowSeconds: 0) }
        let isRecorded = tally.note(address: "192.0.2.2", nowSeconds: 0)
        #expect(isRecorded)
    }

    @Test func `more sources than are told apart are counted together`() {
        var tally = RefusalTally()
        var recorded = 0
        for number in 0..<Limits.refusalSources + 2 * Self.limit {
            if tally.note(address: "source \(number)", nowSeconds: 0) { recorded += 1 }
        }
        #expect(recorded == Limits.refusalSources + Self.limit)
        #expect(tally.drain(nowSeconds: 0) == [RefusalTally.Count(address: nil, count: Int64(Self.limit))])
    }
}
