import HallpassCore

/// Keys on their way to disk: what becomes a run or a few, in their order, and how far it has come.
struct ClaimBatch {
    /// Some of a tenant's, which lie side by side.
    struct Page {
        let run: ClaimRuns.Run
        let tenant: TenantID
        let entries: ArraySlice<ClaimEntry>
    }

    /// One for each span that there are keys of.
    private(set) var runs: [ClaimRuns.Run] = []
    /// Those that are not on disk.
    private(set) var rest: ArraySlice<Page> = []
    /// Of each run.
    private var entries: [[TenantID: [ClaimEntry]]] = []
    /// How many keys more may be written than have been.
    private var allowance = 0

    /// - Parameters:
    ///   - number: of the first run.
    ///   - pageCount: how many keys a page has at most, but for those that begin as its last one does: they are not parted.
    init(_ recent: RecentClaims, firstRun number: Int64, pageCount: Int = ClaimRuns.pageCount) {
        for group in recent.groups {
            var sorted: [TenantID: [ClaimEntry]] = [:]
            for tenant in group.tenants {
                let entries = group.entries(of: tenant)
                if !entries.isEmpty { sorted[tenant] = entries }
            }
            let count = sorted.values.reduce(0) { $0 + $1.count }
            guard count > 0 else { continue }
            var run = ClaimRuns.Run(
                number: number + Int64(runs.count), expiresAt: group.expiresAt, keyCount: count)
            for entry in sorted.values.joined() { run.add(entry.claim) }
            runs.append(run)
            entries.append(sorted)
            for (tenant, entries) in sorted.sorted(by: { $0.key < $1.key }) {
                var start = 0
                while start < entries.count {
                    var end = min(start + pageCount, entries.count)
                    while end < entries.count, entries[end].claim == entries[end - 1].claim { end += 1 }
                    rest.append(Page(run: run, tenant: tenant, entries: entries[start..<end]))
                    start = end
                }
            }
        }
    }

    /// The next pages: two keys for each call of a transaction, so that a batch is done before the next is full.
    func next(for callCount: Int) -> ArraySlice<Page> {
        var left = allowance + 2 * callCount
        return rest.prefix { page in
            left -= page.entries.count
            return left >= 0
        }
    }

    /// To be called once a transaction has committed that wrote the next of them.
    mutating func didWrite(_ pages: ArraySlice<Page>, for callCount: Int) {
        allowance += 2 * callCount - pages.reduce(0) { $0 + $1.entries.count }
        rest = rest.dropFirst(pages.count)
    }

    /// A call with a key that begins so, of which something is true.
    func first(_ claim: ClaimPrefix, of tenant: TenantID, where isIt: (Int64) throws -> Bool) rethrows -> Int64? {
        let probe = ClaimFilter.Probe(claim)
        for (run, entries) in zip(runs, entries) where run.mayHold(probe) {
            guard let entries = entries[tenant] else { continue }
            let found = entries[entries.firstIndex(of: claim)...].prefix { $0.claim == claim }
            if let holder = try found.last(where: { try isIt($0.sequence) }) { return holder.sequence }
        }
        return nil
    }

    mutating func remove(_ tenant: TenantID) {
        for index in entries.indices { entries[index][tenant] = nil }
        rest = ArraySlice(rest.filter { $0.tenant != tenant })
    }
}
