import HallpassCore
import HallpassCrypto
import StrictJSON

/// Walks a whole chain page by page and checks every link itself: the server is asked for records, never for a verdict.
struct AuditVerification {
    enum Verdict: Hashable {
        case intact(count: Int64, head: AuditHead)
        /// - Parameter sequence: of the first record that does not fit.
        case broken(sequence: Int64, reason: String)
    }

    let tenant: TenantID
    /// An end of the chain that was noted earlier and must still be in it; without one, nobody can tell that the newest
    /// records are gone.
    let checkpoint: AuditHead?

    /// - Parameter page: records after a sequence, in order; an empty page where there are none.
    func run(_ page: (Int64) async throws -> AuditChainPage) async throws -> Verdict {
        var chain = AuditChain(tenant: tenant)
        var isCheckpointMet = checkpoint.map { $0 == .empty } ?? true
        while true {
            let page = try await page(chain.head.sequence)
            for record in page.records {
                if let found = chain.append(record) { return Self.broken(found) }
                guard let checkpoint, checkpoint.sequence == chain.head.sequence else { continue }
                guard checkpoint.hash == chain.head.hash else {
                    return .broken(
                        sequence: checkpoint.sequence,
                        reason: "it is not the record that the checkpoint names, so the chain up to there was rewritten"
                    )
                }
                isCheckpointMet = true
            }
            guard page.records.isEmpty else { continue }
            if let verdict = end(chain.head, stated: page.head, isCheckpointMet) { return verdict }
        }
    }

    /// The verdict where no record is left.
    private func end(_ head: AuditHead, stated: AuditHead, _ isCheckpointMet: Bool) -> Verdict? {
        guard stated.sequence <= head.sequence else {
            return .broken(
                sequence: head.sequence + 1,
                reason:
                    "it is missing: the chain is said to end at \(stated.sequence), and does at \(head.sequence)"
            )
        }
        guard stated == head else {
            return .broken(sequence: head.sequence, reason: "the chain is said to end otherwise than it does")
        }
        guard isCheckpointMet else {
            return .broken(
                sequence: head.sequence + 1,
                reason:
                    "it is missing: the chain ends before the checkpoint"
            )
        }
        return .intact(count: head.sequence, head: head)
    }

    private static func broken(_ found: AuditChain.Break) -> Verdict {
        switch found {
        case .outOfSequence(let expected, let found):
            .broken(
                sequence: expected, reason: "record \(found) stands in its place: one was removed, inserted or moved")
        case .hashMismatch(let sequence):
            .broken(sequence: sequence, reason: "its hash does not match: it, or the one before it, was changed")
        case .misplaced(let sequence):
            .broken(
                sequence: sequence, reason: "it is not canonical, or names another tenant or place than where it lies")
        }
    }
}
