import HallpassCore

/// The cutoffs that this process has committed, by what they name.
struct RecentCutoffs {
    /// From this many on, those that can no longer matter are dropped.
    private static let countBeforePruning = 10_000

    private struct Key: Hashable {
        let tenant: TenantID
        let dimension: RevocationDimension
        let id: String
    }

    private struct Mark {
        let cutoff: Int64
        let createdAt: Int64
    }

    private var marks: [Key: Mark] = [:]

    var isEmpty: Bool { marks.isEmpty }

    mutating func add(_ cutoff: RevocationCutoff, of tenant: TenantID, nowSeconds: Int64) {
        let key = Key(tenant: tenant, dimension: cutoff.dimension, id: cutoff.id)
        let reach = max(cutoff.cutoff, marks[key]?.cutoff ?? 0)
        marks[key] = Mark(cutoff: reach, createdAt: nowSeconds)
        guard marks.count >= Self.countBeforePruning else { return }
        // No token that was out then is good any more.
        let oldest = nowSeconds - Limits.tokenLifetimeSeconds.upperBound - Limits.clockLeewaySeconds
        marks = marks.filter { $0.value.createdAt >= oldest }
    }

    func revoke(sequence: Int64, of tenant: TenantID, _ dimension: RevocationDimension, id: String) -> Bool {
        guard let mark = marks[Key(tenant: tenant, dimension: dimension, id: id)] else { return false }
        return sequence <= mark.cutoff
    }
}
