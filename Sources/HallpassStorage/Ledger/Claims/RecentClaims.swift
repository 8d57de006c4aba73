import HallpassCore

/// The keys of calls that no run has yet.
struct RecentClaims {
    /// A call that has taken a key.
    struct Taken {
        let tenant: TenantID
        let entry: ClaimEntry
        /// When the key ends, in Unix seconds.
        let expiresAt: Int64
        let span: ClaimSpan
        /// Who held the key before, and has given it up.
        let earlier: Int64?

        /// - Parameter leaseExpiresAt: of the call, in Unix seconds.
        init(
            _ tenant: TenantID, _ entry: ClaimEntry, leaseExpiresAt: Int64, expiresAt: Int64, earlier: Int64? = nil
        ) {
            self.tenant = tenant
            self.entry = entry
            self.expiresAt = expiresAt
            let (seconds, overflow) = expiresAt.subtractingReportingOverflow(leaseExpiresAt)
            span = overflow ? .month : ClaimSpan(seconds: seconds)
            self.earlier = earlier
        }
    }

    /// Those of one span.
    struct Group {
        /// When the last of them ends, in Unix seconds.
        private(set) var expiresAt = Int64.min
        /// By tenant and beginning, the call that took such a key last.
        private var last: [TenantID: [ClaimPrefix: Int64]] = [:]
        /// Those before it, whose keys only begin as its does: nearly never any. The newest is the last.
        private var others: [TenantID: [ClaimPrefix: [Int64]]] = [:]

        /// By name.
        var tenants: [TenantID] { last.keys.sorted() }

        /// Of one tenant, in the order of a run.
        func entries(of tenant: TenantID) -> [ClaimEntry] {
            var entries = (last[tenant] ?? [:]).map { ClaimEntry(claim: $0.key, sequence: $0.value) }
            for (claim, sequences) in others[tenant] ?? [:] {
                entries += sequences.map { ClaimEntry(claim: claim, sequence: $0) }
            }
            entries.sort { ($0.claim.value, $0.sequence) < ($1.claim.value, $1.sequence) }
            return entries
        }

        fileprivate mutating func take(_ taken: Taken) {
            let (tenant, claim) = (taken.tenant, taken.entry.claim)
            expiresAt = max(expiresAt, taken.expiresAt)
            let displaced = last[tenant, default: [:]].updateValue(taken.entry.sequence, forKey: claim)
            if let displaced, displaced != taken.earlier {
                others[tenant, default: [:]][claim, default: []].append(displaced)
            }
            if let earlier = taken.earlier { others[tenant]?[claim]?.removeAll { $0 == earlier } }
        }

        fileprivate func first(
            _ claim: ClaimPrefix, of tenant: TenantID, where isIt: (Int64) throws -> Bool
        ) rethrows -> Int64? {
            guard let sequence = last[tenant]?[claim] else { return nil }
            if try isIt(sequence) { return sequence }
            return others.isEmpty ? nil : try others[tenant]?[claim]?.last(where: isIt)
        }

        fileprivate mutating func remove(_ tenant: TenantID) {
            last[tenant] = nil
            others[tenant] = nil
        }
    }

    /// Of all calls, those without a key too: their rows also are looked through at a start.
    private(set) var callCount = 0
    /// `Int64.max` where no call has a key.
    private(set) var lowestSequence = Int64.max
    /// By span.
    private(set) var groups = ClaimSpan.allCases.map { _ in Group() }

    mutating func noteCalls(_ count: Int) { callCount += count }

    mutating func take(_ taken: Taken) {
        lowestSequence = min(lowestSequence, taken.entry.sequence)
        groups[taken.span.rawValue].take(taken)
    }

    /// A call with a key that begins so, of which something is true.
    func first(_ claim: ClaimPrefix, of tenant: TenantID, where isIt: (Int64) throws -> Bool) rethrows -> Int64? {
        for group in groups { if let found = try group.first(claim, of: tenant, where: isIt) { return found } }
        return nil
    }

    mutating func remove(_ tenant: TenantID) {
        for span in groups.indices { groups[span].remove(tenant) }
    }
}
