/// When to try again what has failed: after twice as long for each time in a row, up to a bound.
///
/// Half of each pause is left to chance, so that those who failed together do not come back together.
package struct Backoff: Hashable, Sendable {
    /// How often it has failed in a row.
    package private(set) var failures = 0
    private let seconds: ClosedRange<Int64>

    /// - Parameter seconds: the first pause and the longest.
    package init(seconds: ClosedRange<Int64>) { self.seconds = seconds }

    package mutating func succeed() { failures = 0 }

    /// - Parameters:
    ///   - askedSeconds: how long the other side asked to be left alone; it counts up to the longest pause.
    ///   - chance: 0 up to 1.
    /// - Returns: how long to wait, in milliseconds.
    package mutating func fail(askedSeconds: Int64 = 0, chance: Double) -> Int64 {
        failures += 1
        // Shifted no further than the bound is wide, which no number of failures overflows.
        let doublings = min(failures - 1, Int64.bitWidth - seconds.upperBound.leadingZeroBitCount)
        let whole = min(seconds.lowerBound << Int64(doublings), seconds.upperBound)
        let pause = whole * 500 + Int64(Double(whole * 500) * chance)
        return max(pause, min(max(askedSeconds, 0), seconds.upperBound) * 1_000)
    }
}
