/// What became of a tenant's calls, minute by minute. It is counted from the audit, never beside it, so that it cannot say
/// otherwise; from the newest record backwards, a stretch at a time.
package struct Activity: Sendable {
    /// Records of one stretch that are alike.
    package struct Count: Hashable, Sendable {
        /// Since 1970.
        package let minute: Int64
        package let event: AuditEvent
        package let decision: AuditDecision
        /// Of a refusal.
        package let code: String?
        package let count: Int
        /// The place in the chain of the newest of them.
        package let newest: Int64

        package init(
            minute: Int64, event: AuditEvent, decision: AuditDecision, code: String?, count: Int, newest: Int64
        ) {
            self.minute = minute
            self.event = event
            self.decision = decision
            self.code = code
            self.count = count
            self.newest = newest
        }
    }

    package struct Minute: Hashable, Sendable {
        package fileprivate(set) var executed = 0
        package fileprivate(set) var replayed = 0
        package fileprivate(set) var denied = 0
        /// Of refusals of any kind, not of verifications alone.
        package fileprivate(set) var codes: [String: Int] = [:]
    }

    /// Whoever knows what these were before sees what kind of thing has happened since.
    package struct Newest: Hashable, Sendable {
        package fileprivate(set) var events: [AuditEvent: Int64] = [:]
        /// Of refusals of any kind.
        package fileprivate(set) var codes: [String: Int64] = [:]
    }

    /// A day, the longest that is asked for.
    package static let keptMinutes: Int64 = 1_440

    /// The records counted so far, by their place in the chain.
    package private(set) var counted: Range<Int64> = 0..<0
    /// The places of the newest records there are of each kind, of those counted.
    package private(set) var newest = Newest()
    private var chainStart: Int64 = 1
    private var minutes: [Int64: Minute] = [:]
    /// Of all that was counted.
    private var oldestMinute = Int64.max

    package init() {}

    /// What to count next: what came since, else what was before.
    ///
    /// - Parameters:
    ///   - chain: the places of the records that there are.
    ///   - minute: how far back is wanted.
    /// - Returns: `nil` when all of that is counted.
    package mutating func nextStretch(of chain: Range<Int64>, backTo minute: Int64, reach: Int64) -> Range<Int64>? {
        // Nobody asked for long, or the chain is another one: begin again at its end.
        if chain.upperBound - counted.upperBound > reach || chain.upperBound < counted.upperBound { self = Activity() }
        chainStart = chain.lowerBound
        if counted.isEmpty { counted = chain.upperBound..<chain.upperBound }
        if counted.upperBound < chain.upperBound { return counted.upperBound..<chain.upperBound }
        guard !reaches(backTo: minute) else { return nil }
        return max(chain.lowerBound, counted.lowerBound - reach)..<counted.lowerBound
    }

    /// Whether every record since `minute` is counted.
    package func reaches(backTo minute: Int64) -> Bool { counted.lowerBound <= chainStart || oldestMinute < minute }

    package mutating func add(_ counts: [Count], of stretch: Range<Int64>) {
        counted = min(counted.lowerBound, stretch.lowerBound)..<max(counted.upperBound, stretch.upperBound)
        for one in counts { add(one) }
    }

    private mutating func add(_ one: Count) {
        oldestMinute = min(oldestMinute, one.minute)
        newest.events[one.event] = max(newest.events[one.event] ?? 0, one.newest)
        var minute = minutes[one.minute] ?? Minute()
        switch (one.event, one.decision) {
        case (.verify, .execute): minute.executed += one.count
        case (.verify, .replay): minute.replayed += one.count
        case (.verify, .deny): minute.denied += one.count
        default: break
        }
        if one.decision == .deny, let code = one.code {
            minute.codes[code, default: 0] += one.count
            newest.codes[code] = max(newest.codes[code] ?? 0, one.newest)
        }
        if minute != Minute() { minutes[one.minute] = minute }
    }

    /// Lets go of what nobody asks for any more.
    package mutating func forget(before minute: Int64) { minutes = minutes.filter { $0.key >= minute } }

    /// The minutes from `minute` on that have calls or refusals, oldest first.
    package func minutes(since minute: Int64) -> [(minute: Int64, calls: Minute)] {
        minutes.filter { $0.key >= minute }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
