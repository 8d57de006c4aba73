import HallpassCore
import StrictJSON

/// The cutoffs that this process has committed, by what they name.
struct RecentCutoffs {
    /// From this many of one tenant on, those that can no longer matter are dropped.
    private static let countBeforePruning = 1_000

    private struct Key: Hashable {
        let dimension: RevocationDimension
        let id: ExactString
    }

    private struct Mark {
        let cutoff: Int64
        let createdAt: Int64
    }

    private var marks: [TenantID: [Key: Mark]] = [:]

    mutating func add(_ cutoff: RevocationCutoff, of tenant: TenantID, nowSeconds: Int64) {
        var marks = marks[tenant] ?? [:]
        let key = Key(dimension: cutoff.dimension, id: ExactString(cutoff.id))
        let reach = max(cutoff.cutoff, marks[key]?.cutoff ?? 0)
        marks[key] = Mark(cutoff: reach, createdAt: nowSeconds)
        if marks.count >= Self.countBeforePruning {
            // No token that was out then is good any more.
            let oldest = nowSeconds - Limits.tokenLifetimeSeconds.upperBound - Limits.clockLeewaySeconds
            marks = marks.filter { $0.value.createdAt >= oldest }
        }
        self.marks[tenant] = marks
    }

    func revoke(_ token: StoredToken, sequence: Int64, of tenant: TenantID) -> Bool {
        guard let marks = marks[tenant] else { return false }
        return RevocationDimension.allCases.contains { dimension in
            let id =
                switch dimension {
                case .actor: token.subject
                case .client: token.client
                case .connector: token.connector
                }
            return marks[Key(dimension: dimension, id: ExactString(id))].map { sequence <= $0.cutoff } ?? false
        }
    }
}
