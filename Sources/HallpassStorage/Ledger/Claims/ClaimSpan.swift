/// How long keys are kept, roughly. A run goes with its last key, so those are together that go together: else one that is kept
/// for a month would keep a hundred thousand that are good for an hour.
enum ClaimSpan: Int, CaseIterable {
    case hours
    case days
    case week
    case month

    /// - Parameter seconds: from the end of a call's lease, which is an hour at most, to the end of its key.
    init(seconds: Int64) {
        switch seconds {
        case ..<7_200: self = .hours
        case ..<172_800: self = .days
        case ..<691_200: self = .week
        default: self = .month
        }
    }
}
