/// The time of day, as far as it may be believed by what cannot be undone.
///
/// A clock that leaps ahead has to stand there for a while before it counts: what was deleted by a clock that was wrong would be
/// missing once it is put right, and a used token or a known key would be new again.
struct SteadyTime {
    /// How long a leap has to last, in milliseconds.
    let patienceMilliseconds: Int64
    /// Time of day less the clock that is never set, as last believed.
    private var offset: Int64?
    /// When a leap was first seen, by the clock that is never set.
    private var leapSeen: Int64?

    /// What a time service corrects without anyone calling it a leap, in milliseconds.
    private static let slack: Int64 = 60_000

    init(patienceMilliseconds: Int64) { self.patienceMilliseconds = patienceMilliseconds }

    /// - Parameters:
    ///   - now: the time of day, in milliseconds.
    ///   - monotonic: the clock that is never set, in milliseconds.
    /// - Returns: the time of day that is believed, never later than `now`.
    mutating func believed(now: Int64, monotonic: Int64) -> Int64 {
        let seen = now - monotonic
        guard let believed = offset, seen > believed + Self.slack else {
            offset = seen
            leapSeen = nil
            return now
        }
        let since = leapSeen ?? monotonic
        leapSeen = since
        guard monotonic - since >= patienceMilliseconds else { return monotonic + believed }
        offset = seen
        leapSeen = nil
        return now
    }
}
