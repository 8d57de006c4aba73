import HallpassCore
import Testing

@testable import HallpassStorage

struct ClaimSpanTests {
    @Test func `keys that are kept for an hour, a day, a week and a month are apart, whatever their leases`() {
        for lease in [1, 3_600] {
            let kept = [3_600, 86_400, 604_800, 2_592_000].map { ClaimSpan(seconds: Int64($0 - lease)) }
            #expect(kept == [.hours, .days, .week, .month])
        }
        #expect(ClaimSpan(seconds: -1) == .hours)
        #expect(ClaimSpan(seconds: .max) == .month)
    }
}
