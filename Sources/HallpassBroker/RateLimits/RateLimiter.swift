import HallpassCore
import Synchronization

/// Holds calls to the limits of their deployments.
///
/// What was used is in memory alone: a restart forgets it. Each tenant has its own buckets behind its own lock, so that neither
/// the calls nor the many actors of one are felt by another.
final class RateLimiter: Sendable {
    private let tenants = Mutex<[TenantID: Tenant]>([:])

    fileprivate final class Tenant: Sendable {
        let buckets = Mutex(CallBuckets())
    }

    /// A call that was taken and may be given back, if it turns out not to be made.
    struct Charge {
        fileprivate let tenant: Tenant
        fileprivate let names: [CallBuckets.Name]

        func giveBack() {
            tenant.buckets.withLock { $0.giveBack(names) }
        }
    }

    /// Counts a call that is about to be let through. Between this and the ledger's answer it is taken, so that of any number of
    /// calls at once no more go through than there is room for; what the ledger then refuses, or answers from an earlier call,
    /// is given back, so that a used token shown again and again takes nothing from anyone.
    func take(_ call: LimitedCall, of id: TenantID, atMilliseconds now: Int64) throws(Refusal) -> Charge {
        let tenant = tenant(id)
        do throws(HallpassError) {
            let names = try tenant.buckets.withLock { (buckets) throws(HallpassError) in
                try buckets.take(call, atMilliseconds: now)
            }
            return Charge(tenant: tenant, names: names)
        } catch {
            throw Refusal(.rate, error)
        }
    }

    /// Whether a call would be let through now: counts nothing.
    func look(_ call: LimitedCall, of id: TenantID, atMilliseconds now: Int64) throws(Refusal) {
        do throws(HallpassError) {
            try tenant(id).buckets.withLock { (buckets) throws(HallpassError) in
                try buckets.look(call, atMilliseconds: now)
            }
        } catch {
            throw Refusal(.rate, error)
        }
    }

    func forget(_ id: TenantID) { tenants.withLock { $0[id] = nil } }

    private func tenant(_ id: TenantID) -> Tenant {
        tenants.withLock { tenants in
            if let tenant = tenants[id] { return tenant }
            let tenant = Tenant()
            tenants[id] = tenant
            return tenant
        }
    }
}
