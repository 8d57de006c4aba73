import HallpassCore
import HallpassStorage
import Synchronization

/// What was counted of the tenants that somebody looked at of late; the rest is on disk.
final class ActivityCounts: Sendable {
    /// How many tenants are remembered.
    private static let capacity = 64

    private struct Reading {
        let tenant: TenantID
        var activity = Activity()
        var takenAtMilliseconds = Int64.min
        /// How far back it was to reach.
        var since = Int64.max
    }

    private let store: AuditStore
    private let clock: Clock
    private let gate = ChangeGate()
    private let remembered = Mutex<[Reading]>([])

    init(store: AuditStore, clock: Clock) {
        self.store = store
        self.clock = clock
    }

    /// Counts on, from the end of the chain backwards, no more than one search looks through.
    ///
    /// - Parameters:
    ///   - minute: how far back is wanted, in minutes since 1970.
    ///   - maximumAgeMilliseconds: a reading that another took so lately, and as far back, is good enough; 0: none is.
    /// - Returns: whether it reached that far says ``Activity/reaches(backTo:)``.
    func upToNow(
        _ tenant: TenantID, backTo minute: Int64, maximumAgeMilliseconds: Int64
    ) async throws -> Activity {
        try await gate.pass { () async throws in
            var reading = remembered.withLock { $0.last { $0.tenant == tenant } } ?? Reading(tenant: tenant)
            let now = clock.monotonicMilliseconds()
            if reading.since <= minute, now - maximumAgeMilliseconds < reading.takenAtMilliseconds {
                return reading.activity
            }
            let chain = try await store.places(tenant)
            var reach = Limits.auditRecordsPerSearch
            while reach > 0, let stretch = reading.activity.nextStretch(of: chain, backTo: minute, reach: reach) {
                reading.activity.add(try await store.activity(tenant, in: stretch), of: stretch)
                reach -= Int64(stretch.count)
            }
            reading.activity.forget(before: clock.nowSeconds / 60 - Activity.keptMinutes)
            (reading.takenAtMilliseconds, reading.since) = (now, minute)
            remember(reading)
            return reading.activity
        }
    }

    private func remember(_ reading: Reading) {
        remembered.withLock { list in
            list.removeAll { $0.tenant == reading.tenant }
            list.append(reading)
            if list.count > Self.capacity { list.removeFirst() }
        }
    }
}
