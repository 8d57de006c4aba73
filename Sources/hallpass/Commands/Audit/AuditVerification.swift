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
    /// Ends of the chain that were noted earlier and must still be in it; without any, nobody can tell that the newest
    /// records are gone.
    let checkpoints: [AuditHead]

    /// - Parameter page: records after a sequence, in order; an empty page where there are none.
    func run(_ page: (Int64) async throws -> AuditChainPage) async throws -> Verdict {
        var chain = AuditChain(tenant: tenant)
        let noted = Dictionary(grouping: checkpoints, by: \.sequence)
        while true {
            let page = try await page(chain.head.sequence)
            for record in page.records {
                if let found = chain.append(record) { return Self.verdict(found) }
                guard noted[chain.head.sequence]?.contains(where: { $0.hash != chain.head.hash }) != true else {
                    return .broken(
                        sequence: chain.head.sequence,
                        reason: "it is not the record that the checkpoint names, so the chain up to there was rewritten"
                    )
                }
            }
            guard page.records.isEmpty else { continue }
            if let verdict = end(chain.head, stated: page.head) { return verdict }
        }
    }

    /// The verdict where no record is left.
    private func end(_ head: AuditHead, stated: AuditHead) -> Verdict? {
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
        guard checkpoints.allSatisfy({ $0.sequence <= head.sequence }) else {
            return .broken(
                sequence: head.sequence + 1,
                reason:
                    "it is missing: the chain ends before the checkpoint"
            )
        }
        return .intact(count: head.sequence, head: head)
    }

    static func verdict(_ found: AuditChain.Break) -> Verdict {
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
