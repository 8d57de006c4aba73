internal import StrictJSON

/// Every maximum of this library, with its unit and its reason.
enum ClientLimits {
    /// An answer's body: a result for replay, or an error with all that is wrong, with much room.
    static let answerBytes = 4 * 1_024 * 1_024
    /// Nesting: what the broker accepts, and the levels that it wraps around a result.
    static let json = JSONLimits(depth: 96)
    /// Nesting that the broker accepts in a request.
    static let requestJSON = JSONLimits(depth: 64)
    /// An idle connection is given up before the broker does so, after 30 seconds: a request never meets a closed one.
    static let idleSeconds: Int64 = 15
    /// A report is made this often before it is given up.
    static let reportAttempts = 5
    /// Before the second attempt, and twice as long before each further one: 1.5 seconds in all.
    static let reportPauseMilliseconds = 100
}
