import HallpassCore
import Testing

struct CallBucketTests {
    private static func limit(_ calls: Int64, _ seconds: Int64) throws -> RateLimit {
        try #require(RateLimit(calls: calls, seconds: seconds))
    }

    /// A bucket with so many calls taken at moment 0.
    private static func bucket(_ limit: RateLimit, taken: Int) -> CallBucket {
        var bucket = CallBucket(limit, atMilliseconds: 0)
        for _ in 0..<taken { bucket.take() }
        return bucket
    }

    @Test(
        arguments: [(0, 1, false), (1, 1, true), (1_000_000, 1, true), (1_000_001, 1, false)] as [(Int64, Int64, Bool)])
    func `a limit is of 1 to a million calls`(calls: Int64, seconds: Int64, isOne: Bool) {
        #expect((RateLimit(calls: calls, seconds: seconds) != nil) == isOne)
    }

    @Test(arguments: [(0, false), (1, true), (3_600, true), (3_601, false)] as [(Int64, Bool)])
    func `and of 1 second to an hour`(seconds: Int64, isOne: Bool) {
        #expect((RateLimit(calls: 1, seconds: seconds) != nil) == isOne)
    }

    @Test(arguments: [(4, true), (5, false)])
    func `as many as there are may come at once, and not one more`(taken: Int, hasRoom: Bool) throws {
        let bucket = Self.bucket(try Self.limit(5, 60), taken: taken)
        #expect((bucket.waitMilliseconds == 0) == hasRoom)
    }

    /// 7 calls a minute: one every 8571.43 milliseconds, so that rounding would show.
    @Test(arguments: [(0, 8_572), (8_570, 2), (8_571, 1), (8_572, 0), (8_573, 0)] as [(Int64, Int64)])
    func `a call comes back to the millisecond`(now: Int64, wait: Int64) throws {
        let limit = try Self.limit(7, 60)
        var bucket = Self.bucket(limit, taken: 7)
        bucket.settle(under: limit, atMilliseconds: now)
        #expect(bucket.waitMilliseconds == wait)
    }

    @Test(arguments: [(59_999, false), (60_000, true), (60_001, true), (1 << 60, true)] as [(Int64, Bool)])
    func `all of them are back after the limit's time, and stay so`(now: Int64, isUnused: Bool) throws {
        #expect(Self.bucket(try Self.limit(7, 60), taken: 7).isUnused(atMilliseconds: now) == isUnused)
    }

    /// Asked at every millisecond for three times the limit's own time: what is rounded anywhere adds up here.
    @Test(arguments: [(1, 1), (3, 1), (7, 2), (999, 1), (1_001, 1), (2_500, 2)] as [(Int64, Int64)])
    func `in the long run it is what the limit says, to the call`(calls: Int64, seconds: Int64) throws {
        let limit = try Self.limit(calls, seconds)
        var bucket = CallBucket(limit, atMilliseconds: 0)
        var taken: Int64 = 0
        for now in 0...(3_000 * seconds) {
            bucket.settle(under: limit, atMilliseconds: now)
            while bucket.waitMilliseconds == 0 {
                bucket.take()
                taken += 1
            }
            #expect(taken == calls + now * calls / (1_000 * seconds))
        }
    }

    @Test func `a clock that steps back gives nothing back, and what it makes up for nothing twice`() throws {
        let limit = try Self.limit(1, 10)
        var bucket = Self.bucket(limit, taken: 1)
        bucket.settle(under: limit, atMilliseconds: 4_000)
        bucket.settle(under: limit, atMilliseconds: -1_000_000)
        #expect(bucket.waitMilliseconds == 6_000)
        bucket.settle(under: limit, atMilliseconds: 4_000)
        #expect(bucket.waitMilliseconds == 6_000)
        bucket.settle(under: limit, atMilliseconds: 5_000)
        #expect(bucket.waitMilliseconds == 5_000)
    }

    @Test(arguments: [(10, 6), (5, 1), (4, 0), (3, 0), (1_000_000, 999_996)] as [(Int64, Int)])
    func `a changed limit finds used what was used`(calls: Int64, room: Int) throws {
        var bucket = Self.bucket(try Self.limit(8, 60), taken: 4)
        let changed = try Self.limit(calls, 60)
        bucket.settle(under: changed, atMilliseconds: 0)
        for _ in 0..<room { bucket.take() }
        #expect(bucket.waitMilliseconds > 0)
    }

    @Test func `under a lower limit nobody waits for longer than it says`() throws {
        var bucket = Self.bucket(try Self.limit(1_000_000, 3_600), taken: 1_000)
        bucket.settle(under: try Self.limit(1, 1), atMilliseconds: 0)
        #expect(bucket.waitMilliseconds == 1_000)
    }

    @Test func `from a change on calls come back at the new pace`() throws {
        var bucket = Self.bucket(try Self.limit(10, 10), taken: 10)
        let slower = try Self.limit(10, 100)
        bucket.settle(under: slower, atMilliseconds: 0)
        #expect(bucket.waitMilliseconds == 10_000)
    }

    @Test func `a change of a part of a call is rounded against the caller, never for`() throws {
        var bucket = Self.bucket(try Self.limit(3, 10), taken: 1)
        bucket.settle(under: try Self.limit(3, 10), atMilliseconds: 1)
        let other = try Self.limit(1, 7)
        bucket.settle(under: other, atMilliseconds: 1)
        // 9,997 of 10,000 units of a call, of 7 seconds: 6,997.9.
        #expect(bucket.waitMilliseconds == 6_998)
    }

    @Test func `what is given back can be taken again, and a full bucket takes nothing back`() throws {
        let limit = try Self.limit(2, 60)
        var bucket = Self.bucket(limit, taken: 2)
        bucket.giveBack()
        #expect(bucket.waitMilliseconds == 0)
        bucket.take()
        #expect(bucket.waitMilliseconds > 0)
        for _ in 0..<5 { bucket.giveBack() }
        #expect(bucket == CallBucket(limit, atMilliseconds: 0))
    }

    @Test func `the largest limit of all does its sums`() throws {
        let largest = try Self.limit(1_000_000, 3_600)
        var bucket = Self.bucket(largest, taken: 1_000_000)
        #expect(bucket.waitMilliseconds == 4)
        bucket.settle(under: try Self.limit(1, 1), atMilliseconds: 0)
        bucket.settle(under: largest, atMilliseconds: .max)
        #expect(bucket.isUnused(atMilliseconds: .max))
    }
}
