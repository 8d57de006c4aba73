import Testing

@testable import hallpass

struct SteadyTimeTests {
    private static let hour: Int64 = 3_600_000

    @Test func `a clock that goes on is believed`() {
        var time = SteadyTime(patienceMilliseconds: Self.hour)
        for minute in Int64(0)..<120 {
            let now = 1_000_000 + minute * 60_000
            #expect(time.believed(now: now, monotonic: minute * 60_000) == now)
        }
    }

    @Test(arguments: [(leap: Int64(60_000), isBelieved: true), (leap: 60_001, isBelieved: false)])
    func `what a time service corrects is no leap`(leap: Int64, isBelieved: Bool) {
        var time = SteadyTime(patienceMilliseconds: Self.hour)
        _ = time.believed(now: 1_000_000, monotonic: 0)
        let believed = time.believed(now: 1_000_000 + leap, monotonic: 0)
        #expect(believed == (isBelieved ? 1_000_000 + leap : 1_000_000))
    }

    @Test func `a leap that is taken back never counted`() {
        var time = SteadyTime(patienceMilliseconds: Self.hour)
        _ = time.believed(now: 0, monotonic: 0)
        #expect(time.believed(now: 24 * Self.hour, monotonic: 60_000) == 60_000)
        #expect(
            time.believed(now: 24 * Self.hour + Self.hour - 1, monotonic: 60_000 + Self.hour - 1) == 59_999 + Self.hour)
        #expect(time.believed(now: 2 * Self.hour, monotonic: 2 * Self.hour) == 2 * Self.hour)
        // A new leap starts anew.
        #expect(time.believed(now: 24 * Self.hour, monotonic: 2 * Self.hour) == 2 * Self.hour)
    }

    @Test func `a leap that lasts counts in the end`() {
        var time = SteadyTime(patienceMilliseconds: Self.hour)
        _ = time.believed(now: 0, monotonic: 0)
        _ = time.believed(now: 24 * Self.hour, monotonic: 0)
        #expect(time.believed(now: 25 * Self.hour, monotonic: Self.hour) == 25 * Self.hour)
        #expect(time.believed(now: 26 * Self.hour, monotonic: 2 * Self.hour) == 26 * Self.hour)
    }

    @Test func `a clock set back is believed at once`() {
        var time = SteadyTime(patienceMilliseconds: Self.hour)
        _ = time.believed(now: 24 * Self.hour, monotonic: 0)
        #expect(time.believed(now: 60_000, monotonic: 60_000) == 60_000)
    }
}
