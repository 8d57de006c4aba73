package import HallpassCore
import HallpassStorage

/// What became of a tenant's calls of late.
package struct ActivityReport: Sendable {
    /// In minutes since 1970.
    package let since: Int64
    /// Whether all records since then are counted.
    package let isComplete: Bool
    /// The place of the newest record that is counted; 0 where there is none.
    package let head: Int64
    package let newest: Activity.Newest
    /// Oldest first; without those in which nothing was.
    package let minutes: [(minute: Int64, calls: Activity.Minute)]

    fileprivate init(_ activity: Activity, since: Int64) {
        self.since = since
        isComplete = activity.reaches(backTo: since)
        head = max(0, activity.counted.upperBound - 1)
        newest = activity.newest
        minutes = activity.minutes(since: since)
    }

    /// Whether it says more than the one that was told before.
    fileprivate func isNews(after told: ActivityReport) -> Bool { head != told.head || !told.isComplete }
}

/// Someone who follows what becomes of a tenant's calls.
package struct ActivityFollowing: Sendable {
    package let first: ActivityReport
    package let signals: Signals<ActivityReport>
    /// Whether they may still look; to be asked before they are told anything more.
    package let isWelcome: @Sendable () -> Bool
    fileprivate let next: @Sendable () async throws -> ActivityReport

    /// Looks again after each pause and tells what is new, until it is cancelled, the follower is gone, or it cannot look: then
    /// the stream is over, and whoever comes back hears why.
    ///
    /// Nothing wakes it: that the records of calls are followed costs the calls nothing.
    package func tellNews(after pause: @Sendable () async throws -> Void) async {
        defer { signals.end() }
        var told = first
        while (try? await pause()) != nil {
            guard isWelcome(), let report = try? await next() else { return }
            guard report.isNews(after: told) else { continue }
            guard signals.sender.tell(report) else { return }
            told = report
        }
    }
}

extension Broker {
    /// - Parameter minutes: how far back, up to ``Activity/keptMinutes``.
    /// - Returns: what is counted so far; asked again, it has counted on.
    package func activity(minutes: Int64, by admin: TenantAdmin) async throws(HallpassError) -> ActivityReport {
        try admin.require(.readAudit)
        return try await activityReport(of: admin.tenant, minutes: minutes, maximumAgeMilliseconds: 0)
    }

    /// What became of the calls, and again as more becomes of them, at most once a second.
    ///
    /// - Throws: ``HallpassError/limitReached(_:)`` when too many follow.
    package func followActivity(minutes: Int64, by admin: TenantAdmin) async throws(HallpassError) -> ActivityFollowing
    {
        try admin.require(.readAudit)
        let (author, tenant) = (admin.author, admin.tenant)
        guard activityPlaces.take(author, of: tenant) else {
            throw .limitReached("as many follow the activity as may at once; close a page that shows it")
        }
        let signals = Signals<ActivityReport>(backlog: Limits.activityBacklogEvents)
        signals.onEnd { [activityPlaces] in activityPlaces.leave(author, of: tenant) }
        let next = { @Sendable [self] () async throws(HallpassError) -> ActivityReport in
            try await activityReport(
                of: admin.tenant, minutes: minutes, maximumAgeMilliseconds: Limits.activityAgeMilliseconds)
        }
        return ActivityFollowing(
            first: try await next(), signals: signals, isWelcome: { [self] in mayStillRead(admin) }, next: next)
    }

    /// How many follow tenants' activity now.
    package var activityFollowerCount: Int { activityPlaces.taken }

    private func activityReport(
        of tenant: TenantID, minutes: Int64, maximumAgeMilliseconds: Int64
    ) async throws(HallpassError) -> ActivityReport {
        let since = clock.nowSeconds / 60 - minutes + 1
        let activity = try await reading {
            try await activityCounts.upToNow(tenant, backTo: since, maximumAgeMilliseconds: maximumAgeMilliseconds)
        }
        return ActivityReport(activity, since: since)
    }

    /// Whether someone who came in some time ago would be let in to the audit now.
    private func mayStillRead(_ admin: TenantAdmin) -> Bool {
        // Why not is said to them when they come back.
        guard let caller = again(admin.caller), let now = try? self.admin(caller, of: admin.tenant) else {
            return false
        }
        return now.permissions.contains(.readAudit)
    }

    /// The same caller as they are now; `nil` where they would not be let in.
    private func again(_ caller: Caller) -> Caller? {
        switch caller {
        case .client(let client):
            guard let client = identify(client.secret, in: snapshot), (try? client.requireEnabled()) != nil else {
                return nil
            }
            return .client(client)
        case .person(let person): return identify(session: person.session.digest).map(Caller.person)
        }
    }
}
