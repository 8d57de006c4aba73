package import HallpassCore
import Synchronization

/// Something that ended tokens, turned a switch, or may have changed what is allowed.
package struct RevocationEvent: Sendable {
    package enum Kind: Sendable {
        case revocation(RevocationCutoff)
        case disable(DisabledThing)
        case enable(DisabledThing)
        case registry(revision: Int64)
    }

    package let kind: Kind
    /// Its place in the ledger's order of mints and cutoffs; `nil` for what has none.
    package let number: Int64?
}

/// Tells those who follow a tenant's revocations of each as it is in force.
///
/// It remembers nobody's place: whoever comes back is shown what is in force, so that nothing can be missed by having been
/// away. Whoever reads too slowly is let go, and may come back too.
final class RevocationFeed: Sendable {
    private struct State {
        var followers: [TenantID: [Int64: AsyncStream<RevocationSignal>.Continuation]] = [:]
        var lastNumbers: [TenantID: Int64] = [:]
        var nextID: Int64 = 0
        var count = 0
    }

    private struct Admission {
        let lastNumber: Int64?
    }

    private let state = Mutex(State())

    /// How many follow now.
    var followerCount: Int { state.withLock { $0.count } }

    /// To be called once the event is in the published snapshot, inside the gate: then whoever begins to follow finds it in
    /// the snapshot or hears of it, or both, and events are told in their order.
    func announce(_ kind: RevocationEvent.Kind, number: Int64? = nil, of tenant: TenantID) {
        let event = RevocationEvent(kind: kind, number: number)
        let slow = state.withLock { state in
            if let number { state.lastNumbers[tenant] = number }
            return (state.followers[tenant] ?? [:]).values.filter { continuation in
                if case .dropped = continuation.yield(.event(event)) { true } else { false }
            }
        }
        // Outside of the lock, which leaving takes.
        for continuation in slow { continuation.finish() }
    }

    /// - Returns: what comes from now on, and the number of the last event that was told before.
    func follow(_ tenant: TenantID) throws(HallpassError) -> (RevocationSignals, lastNumber: Int64?) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RevocationSignal.self, bufferingPolicy: .bufferingOldest(Limits.feedBacklogEvents))
        let admitted = state.withLock { state -> Admission? in
            guard state.count < Limits.feedFollowers,
                state.followers[tenant]?.count ?? 0 < Limits.feedFollowersPerTenant
            else { return nil }
            state.nextID += 1
            state.count += 1
            let id = state.nextID
            // Before anyone can end it.
            continuation.onTermination = { [self] _ in leave(id, tenant) }
            state.followers[tenant, default: [:]][id] = continuation
            return Admission(lastNumber: state.lastNumbers[tenant])
        }
        guard let admitted else {
            throw .limitReached("as many follow the revocations as may at once; close a stream that is not needed")
        }
        return (RevocationSignals(stream: stream, continuation: continuation), admitted.lastNumber)
    }

    private func leave(_ id: Int64, _ tenant: TenantID) {
        state.withLock { state in
            guard state.followers[tenant]?.removeValue(forKey: id) != nil else { return }
            state.count -= 1
            if state.followers[tenant]?.isEmpty == true { state.followers[tenant] = nil }
        }
    }
}

/// What one follower is told.
package enum RevocationSignal: Sendable {
    case event(RevocationEvent)
    /// Nothing happened, and the broker is there.
    case heartbeat
}

/// One follower's way to hear of what happens.
package struct RevocationSignals: Sendable {
    /// Ends when the follower was too slow, or after ``end()``.
    package let stream: AsyncStream<RevocationSignal>
    fileprivate let continuation: AsyncStream<RevocationSignal>.Continuation

    package func beat() {
        if case .dropped = continuation.yield(.heartbeat) { continuation.finish() }
    }

    package func end() { continuation.finish() }
}
