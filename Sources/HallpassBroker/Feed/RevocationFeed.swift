package import HallpassCore
package import HallpassStorage
import Synchronization

/// Something that ended tokens, turned a switch, or may have changed what is allowed.
package struct RevocationEvent: Sendable {
    package enum Kind: Sendable {
        case revocation(RevocationCutoff)
        case disable(DisabledThing)
        case enable(DisabledThing)
        case registry(revision: Int64)
        /// One token, by itself.
        case token(RevokedToken)
        /// A tool whose definition changed on its server.
        case quarantine(Quarantine.Key)
        /// A tool that somebody has looked at.
        case release(Quarantine.Key)
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
        /// Without the streams themselves: who drops theirs has left.
        var followers: [TenantID: [Int64: Signals<RevocationEvent>.Sender]] = [:]
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
            return (state.followers[tenant] ?? [:]).values.filter { !$0.tell(event) }
        }
        // Outside of the lock, which leaving takes.
        for sender in slow { sender.end() }
    }

    /// Tells those who follow a tenant of its end. To be called before the tenant is taken out of the published snapshot.
    func close(_ tenant: TenantID, with kind: RevocationEvent.Kind, number: Int64) {
        let event = RevocationEvent(kind: kind, number: number)
        let followers = state.withLock { state in
            state.lastNumbers[tenant] = nil
            return Array((state.followers[tenant] ?? [:]).values)
        }
        // Outside of the lock, which leaving takes.
        for sender in followers { sender.end(with: event) }
    }

    /// - Returns: what comes from now on, and the number of the last event that was told before.
    func follow(_ tenant: TenantID) throws(HallpassError) -> (Signals<RevocationEvent>, lastNumber: Int64?) {
        let signals = Signals<RevocationEvent>(backlog: Limits.feedBacklogEvents)
        let admitted = state.withLock { state -> Admission? in
            guard state.count < Limits.feedFollowers,
                state.followers[tenant]?.count ?? 0 < Limits.feedFollowersPerTenant
            else { return nil }
            state.nextID += 1
            state.count += 1
            let id = state.nextID
            signals.onEnd { [self] in leave(id, tenant) }
            state.followers[tenant, default: [:]][id] = signals.sender
            return Admission(lastNumber: state.lastNumbers[tenant])
        }
        guard let admitted else {
            throw .limitReached("as many follow the revocations as may at once; close a stream that is not needed")
        }
        return (signals, admitted.lastNumber)
    }

    private func leave(_ id: Int64, _ tenant: TenantID) {
        state.withLock { state in
            guard state.followers[tenant]?.removeValue(forKey: id) != nil else { return }
            state.count -= 1
            if state.followers[tenant]?.isEmpty == true { state.followers[tenant] = nil }
        }
    }
}
