import HallpassCore
import Testing

struct ActivityTests {
    private func count(
        _ minute: Int64, _ event: AuditEvent, _ decision: AuditDecision, code: String? = nil, times: Int = 1,
        newest: Int64 = 1
    ) -> Activity.Count {
        Activity.Count(
            minute: minute, event: event, decision: decision, code: code, count: times, newest: newest)
    }

    @Test func `verifications are counted by decision, refusals of all kinds by code`() {
        var activity = Activity()
        activity.add(
            [
                count(7, .verify, .execute, times: 3), count(7, .verify, .replay), count(7, .mint, .allow, times: 5),
                count(7, .verify, .deny, code: "tool_mismatch", times: 2), count(7, .mint, .deny, code: "disabled"),
                count(9, .introspect, .active),
            ], of: 1..<14)
        let minutes = activity.minutes(since: 0)
        #expect(minutes.map(\.minute) == [7])
        let calls = minutes.first?.calls
        #expect(calls?.executed == 3)
        #expect(calls?.replayed == 1)
        #expect(calls?.denied == 2)
        #expect(calls?.codes == ["tool_mismatch": 2, "disabled": 1])
    }

    @Test func `what came since is counted first, then what was before, until far enough back`() {
        var activity = Activity()
        let first = activity.nextStretch(of: 1..<251, backTo: 50, reach: 100)
        #expect(first == 151..<251)
        activity.add([count(60, .verify, .execute)], of: 151..<251)
        #expect(!activity.reaches(backTo: 50))
        let newer = activity.nextStretch(of: 1..<261, backTo: 50, reach: 100)
        #expect(newer == 251..<261)
        activity.add([count(61, .verify, .execute)], of: 251..<261)
        let older = activity.nextStretch(of: 1..<261, backTo: 50, reach: 100)
        #expect(older == 51..<151)
        activity.add([count(49, .verify, .execute)], of: 51..<151)
        #expect(activity.reaches(backTo: 50))
        #expect(activity.nextStretch(of: 1..<261, backTo: 50, reach: 100) == nil)
        #expect(activity.counted == 51..<261)
        #expect(activity.minutes(since: 50).map(\.minute) == [60, 61])
    }

    @Test(arguments: [1, 40] as [Int64])
    func `the chain's first record is as far back as there is`(start: Int64) {
        var activity = Activity()
        let stretch = activity.nextStretch(of: start..<60, backTo: 0, reach: 100)
        #expect(stretch == start..<60)
        activity.add([count(60, .verify, .execute)], of: start..<60)
        #expect(activity.reaches(backTo: 0))
        #expect(activity.nextStretch(of: start..<60, backTo: 0, reach: 100) == nil)
    }

    @Test func `an empty chain is counted at once`() {
        var activity = Activity()
        #expect(activity.nextStretch(of: 1..<1, backTo: 0, reach: 100) == nil)
        #expect(activity.reaches(backTo: 0))
    }

    @Test(arguments: [1..<400, 1..<20] as [Range<Int64>])
    func `after too long, or of another chain, it is counted anew`(chain: Range<Int64>) {
        var activity = Activity()
        activity.add([count(60, .verify, .execute)], of: 151..<251)
        let stretch = activity.nextStretch(of: chain, backTo: 0, reach: 100)
        #expect(stretch?.upperBound == chain.upperBound)
        #expect(activity.minutes(since: 0).isEmpty)
    }

    @Test func `what is forgotten is not told`() {
        var activity = Activity()
        activity.add([count(60, .verify, .execute), count(61, .verify, .execute)], of: 1..<3)
        activity.forget(before: 61)
        #expect(activity.minutes(since: 0).map(\.minute) == [61])
    }

    @Test func `the newest record of each event and code is known, in whatever order they are counted`() {
        var activity = Activity()
        activity.add(
            [count(60, .revoke, .allow, newest: 9), count(60, .revoke, .deny, code: "forbidden", newest: 7)], of: 5..<10
        )
        activity.add([count(59, .revoke, .allow, newest: 3), count(59, .disable, .allow, newest: 2)], of: 1..<5)
        #expect(activity.newest.events == [.revoke: 9, .disable: 2])
        #expect(activity.newest.codes == ["forbidden": 7])
        activity.forget(before: 61)
        #expect(activity.newest.events[.revoke] == 9)
    }
}
