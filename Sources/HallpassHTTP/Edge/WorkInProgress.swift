import HallpassCore
import Synchronization

/// How much is being done for whom at this moment, so that no more is begun than is soon done, and nobody's many requests stand
/// before everybody else's one.
///
/// What a connection asks for is read only once it was let in here. What is not let in costs one look at a secret and is not on
/// record: a record would cost what the refusal is to spare.
final class WorkInProgress: Sendable {
    /// Some work that was let in, until ``end(_:)``.
    struct Share: Sendable {
        fileprivate let tenant: TenantID
        fileprivate let weight: Int
    }

    private struct State {
        var total = 0
        var byTenant: [TenantID: Int] = [:]
    }

    private let state = Mutex(State())

    /// - Parameter weight: how many calls it may cost as much as.
    /// - Throws: ``HallpassError/overloaded``.
    func begin(_ weight: Int, for tenant: TenantID) throws(HallpassError) -> Share {
        let isIn = state.withLock { state in
            let own = state.byTenant[tenant, default: 0] + weight
            // Something is always let in: what weighs more than everything at once would never be.
            let isOwnShare = own <= Limits.workPerTenant || own == weight
            guard isOwnShare, state.total + weight <= Limits.workInAll || own <= Limits.workReserved || own == weight
            else { return false }
            state.byTenant[tenant] = own
            state.total += weight
            return true
        }
        guard isIn else { throw .overloaded }
        return Share(tenant: tenant, weight: weight)
    }

    func end(_ share: Share) {
        state.withLock { state in
            state.total -= share.weight
            let left = state.byTenant[share.tenant, default: share.weight] - share.weight
            state.byTenant[share.tenant] = left > 0 ? left : nil
        }
    }
}

extension Route {
    /// How many calls a request of it may cost as much as, by the length of its body: the mints of a batch, or the memory that
    /// as many usual bodies may take.
    func weight(bodyBytes: Int?) -> Int {
        let limitBytes = if case .json(let limitBytes) = body { limitBytes } else { Limits.requestBodyBytes }
        let bytes = min(bodyBytes ?? limitBytes, limitBytes)
        let usual = max(1, bytes / Limits.requestBodyBytes)
        guard template.hasSuffix("/batch") else { return usual }
        return max(usual, min(Limits.mintsPerBatch, bytes / Self.leastMintBytes))
    }

    /// A mint in a batch is written with at least so much.
    private static let leastMintBytes = 80
}
