import HallpassCore
import HallpassStorage
import Synchronization

/// What was counted of the tenants that somebody looked at of late; the rest is on disk.
final class ActivityCounts: Sendable {
    /// How many tenants are remembered.
    private static let capacity = 64

    private let store: AuditStore
    private let gate = ChangeGate()
    private let remembered = Mutex<[(tenant: TenantID, activity: Activity)]>([])

    init(store: AuditStore) { self.store = store }

    /// Counts on, from the end of the chain backwards, no more than one search looks through.
    ///
    /// - Parameter minute: how far back is wanted, in minutes since 1970.
    /// - Returns: whether it reached that far says ``Activity/reaches(backTo:)``.
    func upToNow(_ tenant: TenantID, backTo minute: Int64, now: Int64) async throws -> Activity {
        try await gate.pass { () async throws in
            var activity =
                remembered.withLock { list in
                    list.firstIndex { $0.tenant == tenant }.map { list.remove(at: $0).activity }
                } ?? Activity()
            let chain = try await store.places(tenant)
            var reach = Limits.auditRecordsPerSearch
            while reach > 0, let stretch = activity.nextStretch(of: chain, backTo: minute, reach: reach) {
                activity.add(try await store.activity(tenant, in: stretch), of: stretch)
                reach -= Int64(stretch.count)
            }
            activity.forget(before: now - Activity.keptMinutes)
            remembered.withLock { [activity] list in
                list.append((tenant, activity))
                if list.count > Self.capacity { list.removeFirst() }
            }
            return activity
        }
    }
}
