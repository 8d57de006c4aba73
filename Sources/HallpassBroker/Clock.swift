import Foundation

/// Where the time comes from; tests bring their own.
package struct Clock: Sendable {
    /// Milliseconds since 1970.
    package let nowMilliseconds: @Sendable () -> Int64

    package init(nowMilliseconds: @escaping @Sendable () -> Int64) {
        self.nowMilliseconds = nowMilliseconds
    }

    package var nowSeconds: Int64 { nowMilliseconds() / 1_000 }

    /// The system's own clock.
    package static let system = Clock {
        var time = timespec()
        // It fails only for a clock that does not exist.
        precondition(clock_gettime(CLOCK_REALTIME, &time) == 0, "the system has no real-time clock")
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
