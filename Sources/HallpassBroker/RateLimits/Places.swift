import HallpassCore
import Synchronization

/// So many at a time and no more: in all, of one tenant, and of one of those who act there.
final class Places: Sendable {
    private struct State {
        /// By who took them, as the tenant's history calls them.
        var byTenant: [TenantID: [String: Int]] = [:]
        var taken = 0
    }

    private let state = Mutex(State())
    private let inAll: Int
    private let perTenant: Int
    private let perCaller: Int

    init(inAll: Int, perTenant: Int, perCaller: Int) {
        self.inAll = inAll
        self.perTenant = perTenant
        self.perCaller = perCaller
    }

    var taken: Int { state.withLock { $0.taken } }

    /// - Parameter author: who takes it.
    /// - Returns: whether there was one.
    func take(_ author: String, of tenant: TenantID) -> Bool {
        state.withLock { state in
            let own = state.byTenant[tenant] ?? [:]
            guard state.taken < inAll, own.values.reduce(0, +) < perTenant, own[author, default: 0] < perCaller else {
                return false
            }
            state.byTenant[tenant, default: [:]][author, default: 0] += 1
            state.taken += 1
            return true
        }
    }

    /// To be called once for each that was taken.
    func leave(_ author: String, of tenant: TenantID) {
        state.withLock { state in
            state.taken -= 1
            let left = state.byTenant[tenant]?[author].map { $0 - 1 } ?? 0
            state.byTenant[tenant]?[author] = left > 0 ? left : nil
            if state.byTenant[tenant]?.isEmpty == true { state.byTenant[tenant] = nil }
        }
    }
}
