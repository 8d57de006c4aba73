import Foundation

/// Where the time comes from; tests bring their own.
package struct Clock: Sendable {
    /// Milliseconds since 1970.
    package let nowMilliseconds: @Sendable () -> Int64
    /// Milliseconds since some moment that does not matter, of a clock that is never set: for what takes time.
    package let monotonicMilliseconds: @Sendable () -> Int64

    /// - Parameter monotonicMilliseconds: the same clock where only one is given.
    package init(
        nowMilliseconds: @escaping @Sendable () -> Int64, monotonicMilliseconds: (@Sendable () -> Int64)? = nil
    ) {
        self.nowMilliseconds = nowMilliseconds
        self.monotonicMilliseconds = monotonicMilliseconds ?? nowMilliseconds
    }

    package var nowSeconds: Int64 { nowMilliseconds() / 1_000 }

    /// The system's own clocks.
    package static let system = Clock(
        nowMilliseconds: { milliseconds(CLOCK_REALTIME) }, monotonicMilliseconds: { milliseconds(CLOCK_MONOTONIC) })

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // It fails only for a clock that does not exist.
        precondition(clock_gettime(clock, &time) == 0, "the system lacks a clock")
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
