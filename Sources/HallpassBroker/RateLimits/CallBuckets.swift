import HallpassCore

/// A call as limits see it.
struct LimitedCall {
    let deployment: DeploymentID
    let limits: CallLimits
    let tool: ToolName
    let subject: Subject
}

/// What one tenant has used of its limits: a bucket for each deployment, each tool and each actor that was called for lately.
///
/// A bucket that is full again is forgotten, and no other: forgetting one would give back what was used of it. So the memory is
/// bounded the other way round. Actors for whom there is no room share one bucket in each deployment; whoever gets one of their
/// own afterwards begins with what the shared one has used. Inventing actors therefore slows down those who are new to the
/// tenant's memory, all together to the pace of one, and gives nobody a call more.
struct CallBuckets {
    private var buckets: [Name: CallBucket] = [:]
    /// Looks for forgettable ones when there are so many: twice as many as were left the last time.
    private var sweepCount = 64
    private var sweptAtMilliseconds = Int64.min
    private let room: Int

    /// Says which bucket; a change of the limit is a change of the same bucket.
    enum Name: Hashable {
        case deployment(DeploymentID)
        case tool(DeploymentID, ToolName)
        case actor(DeploymentID, Subject)
        case otherActors(DeploymentID)
    }

    /// - Parameter room: how many there may be before actors have to share. Deployments and tools have theirs beyond it: of them
    ///   the registry holds no more than it allows.
    init(room: Int = Limits.rateBucketsPerTenant) { self.room = room }

    var count: Int { buckets.count }

    /// Takes one call from every bucket that it falls under, or from none.
    ///
    /// - Returns: from which.
    /// - Throws: ``HallpassError/rateLimited(_:retryAfterSeconds:)`` of the bucket that takes longest.
    mutating func take(_ call: LimitedCall, atMilliseconds now: Int64) throws(HallpassError) -> [Name] {
        sweep(atMilliseconds: now)
        let asked = settled(call, atMilliseconds: now)
        try Self.requireRoom(asked)
        for var place in asked {
            place.bucket.take()
            buckets[place.name] = place.bucket
        }
        return asked.map(\.name)
    }

    /// Looks whether a call could be taken now, and takes none.
    func look(_ call: LimitedCall, atMilliseconds now: Int64) throws(HallpassError) {
        try Self.requireRoom(settled(call, atMilliseconds: now))
    }

    /// Undoes one ``take(_:atMilliseconds:)``; a bucket that was forgotten since has got everything back already.
    mutating func giveBack(_ names: [Name]) {
        for name in names { buckets[name]?.giveBack() }
    }

    private struct Place {
        let kind: CallLimits.Kind
        let name: Name
        var bucket: CallBucket
    }

    private func settled(_ call: LimitedCall, atMilliseconds now: Int64) -> [Place] {
        var places: [Place] = []
        func add(_ kind: CallLimits.Kind, _ name: Name, like model: Name? = nil, _ limit: RateLimit) {
            var bucket = buckets[name] ?? model.flatMap { buckets[$0] } ?? CallBucket(limit, atMilliseconds: now)
            bucket.settle(under: limit, atMilliseconds: now)
            places.append(Place(kind: kind, name: name, bucket: bucket))
        }
        if let limit = call.limits.deployment { add(.deployment, .deployment(call.deployment), limit) }
        if let limit = call.limits.tools[call.tool] { add(.tool, .tool(call.deployment, call.tool), limit) }
        if let limit = call.limits.actor {
            let own = Name.actor(call.deployment, call.subject)
            let others = Name.otherActors(call.deployment)
            let hasRoom = buckets[own] != nil || buckets.count < room
            add(.actor, hasRoom ? own : others, like: others, limit)
        }
        return places
    }

    private static func requireRoom(_ places: [Place]) throws(HallpassError) {
        guard let longest = places.max(by: { $0.bucket.waitMilliseconds < $1.bucket.waitMilliseconds }) else { return }
        let wait = longest.bucket.waitMilliseconds
        guard wait > 0 else { return }
        throw .rateLimited(longest.kind, retryAfterSeconds: (wait + 999) / 1_000)
    }

    /// Forgets what is as good as new. Each time it looks at all of them, so it waits until they have doubled, and at the limit
    /// a second: a tenant that is full costs no more than that.
    private mutating func sweep(atMilliseconds now: Int64) {
        guard buckets.count >= sweepCount, now >= sweptAtMilliseconds + 1_000 else { return }
        buckets = buckets.filter { !$0.value.isUnused(atMilliseconds: now) }
        sweepCount = min(room, max(64, buckets.count * 2))
        sweptAtMilliseconds = now
    }
}
