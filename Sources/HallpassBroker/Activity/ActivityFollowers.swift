import HallpassCore
import Synchronization

/// How many follow tenants' activity now, so that no more do than there may.
final class ActivityFollowers: Sendable {
    private struct State {
        /// By who follows, as the tenant's history calls them.
        var byTenant: [TenantID: [String: Int]] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }

    /// - Parameter author: who it is.
    /// - Throws: ``HallpassError/limitReached(_:)``.
    func admit(_ author: String, to tenant: TenantID) throws(HallpassError) -> Signals<ActivityReport> {
        let isIn = state.withLock { state in
            let own = state.byTenant[tenant] ?? [:]
            guard state.count < Limits.activityFollowers,
                own.values.reduce(0, +) < Limits.activityFollowersPerTenant,
                own[author, default: 0] < Limits.activityFollowersPerCaller
            else { return false }
            state.byTenant[tenant, default: [:]][author, default: 0] += 1
            state.count += 1
            return true
        }
        guard isIn else {
            throw .limitReached("as many follow the activity as may at once; close a page that shows it")
        }
        let signals = Signals<ActivityReport>(backlog: Limits.activityBacklogEvents)
        signals.onEnd { [self] in leave(author, tenant) }
        return signals
    }

    private func leave(_ author: String, _ tenant: TenantID) {
        state.withLock { state in
            state.count -= 1
            let left = state.byTenant[tenant]?[author].map { $0 - 1 } ?? 0
            state.byTenant[tenant]?[author] = left > 0 ? left : nil
            if state.byTenant[tenant]?.isEmpty == true { state.byTenant[tenant] = nil }
        }
    }
}
