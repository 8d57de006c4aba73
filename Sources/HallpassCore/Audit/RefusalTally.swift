/// Counts the refusals of callers that nobody knows, by where they come from, so that a flood of them fills no disk.
///
/// The first of a source in a minute are recorded one by one; the rest of that minute are counted, and become one record.
package struct RefusalTally: Sendable {
    /// Refusals of one source that were not recorded one by one.
    package struct Count: Hashable, Sendable {
        /// `nil` for sources beyond those that are told apart, and for callers without an address.
        package let address: String?
        package let count: Int64

        package init(address: String?, count: Int64) {
            self.address = address
            self.count = count
        }
    }

    private struct Source {
        var minute: Int64
        var recorded = 0
        var counted: Int64 = 0
    }

    private var sources: [String?: Source] = [:]

    package init() {}

    /// Notes one refusal.
    ///
    /// - Returns: whether it is to be recorded by itself.
    package mutating func note(address: String?, nowSeconds: Int64) -> Bool {
        let minute = nowSeconds / 60
        // Whoever has many addresses must not fill the memory instead.
        let key = sources[address] != nil || sources.count < Limits.refusalSources ? address : nil
        var source = sources[key] ?? Source(minute: minute)
        if source.minute != minute {
            source.minute = minute
            source.recorded = 0
        }
        let isRecorded = source.recorded < Limits.refusalsRecordedPerMinute
        if isRecorded { source.recorded += 1 } else { source.counted += 1 }
        sources[key] = source
        return isRecorded
    }

    /// Takes what was counted since the last time, and forgets the sources of minutes that have passed.
    package mutating func drain(nowSeconds: Int64) -> [Count] {
        let counts = sources.compactMap { address, source in
            source.counted > 0 ? Count(address: address, count: source.counted) : nil
        }
        sources = sources.filter { $0.value.minute == nowSeconds / 60 }.mapValues { source in
            var source = source
            source.counted = 0
            return source
        }
        return counts
    }
}
