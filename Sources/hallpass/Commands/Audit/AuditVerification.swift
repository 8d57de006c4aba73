import HallpassCore
import HallpassCrypto
import StrictJSON

/// Walks a whole chain page by page and checks every link itself: the server is asked for records, never for a verdict.
struct AuditVerification {
    enum Verdict: Hashable {
        /// - Parameter trimmed: the last record that was trimmed away; ``AuditHead/empty`` where none was.
        case intact(count: Int64, head: AuditHead, trimmed: AuditHead = .empty)
        /// - Parameter sequence: of the first record that does not fit.
        case broken(sequence: Int64, reason: String)
    }

    let tenant: TenantID
    /// Ends of the chain that were noted earlier and must still be in it; without any, nobody can tell that the newest
    /// records are gone.
    let checkpoints: [AuditHead]
    /// What the checkpoint that a trimmed chain begins after is to be signed by; `nil` where nobody knows, and the chain's
    /// own record of the trim has to do.
    var keys: [Ed25519PublicKey]?

    /// - Parameter page: records after a sequence, in order; an empty page where there are none.
    func run(_ page: (Int64) async throws -> AuditChainPage) async throws -> Verdict {
        var next = try await page(0)
        let trimmed = next.trimmed
        let start = trimmed?.checkpoint.head ?? .empty
        if let trimmed, let keys, try !keys.contains(where: { try trimmed.isSigned(by: $0) }) {
            return .broken(
                sequence: start.sequence + 1, reason: "the checkpoint that it follows on is signed by none of the keys")
        }
        var chain = AuditChain(tenant: tenant, after: start)
        var isTrimOnRecord = trimmed == nil
        let noted = Dictionary(grouping: checkpoints, by: \.sequence)
        while true {
            for record in next.records {
                // Read just before they were trimmed.
                if trimmed != nil, chain.head == start, record.sequence <= start.sequence { continue }
                if let found = chain.append(record) { return Self.verdict(found) }
                isTrimOnRecord = isTrimOnRecord || Self.tells(record, ofTrimUpTo: start)
                guard noted[chain.head.sequence]?.contains(where: { $0.hash != chain.head.hash }) != true else {
                    return .broken(
                        sequence: chain.head.sequence,
                        reason: "it is not the record that the checkpoint names, so the chain up to there was rewritten"
                    )
                }
            }
            if next.records.isEmpty, let verdict = end(chain.head, stated: next.head, trimmed: start) {
                return isTrimOnRecord ? verdict : Self.untold(start)
            }
            next = try await page(chain.head.sequence)
            // Trimmed past here while it was read: what was read is gone, and what remains is to be read.
            if let moved = next.trimmed, moved.checkpoint.head.sequence > chain.head.sequence {
                return try await run(page)
            }
        }
    }

    /// Whoever takes away the oldest records can lay down a real checkpoint in their place, and cannot put a record of it into
    /// the chain.
    private static func untold(_ start: AuditHead) -> Verdict {
        .broken(
            sequence: 1, reason: "it is missing, up to record \(start.sequence), and the chain has no record of a trim")
    }

    private static func tells(_ record: AuditRecord, ofTrimUpTo head: AuditHead) -> Bool {
        // The chain took it, so it is JSON.
        guard let fields = try? JSONParser.parse(record.canonical) else { return false }
        return fields.text("event") == AuditEvent.auditTrim.rawValue && fields.text("target") == AuditTrim.target(head)
    }

    /// The verdict where no record is left.
    private func end(_ head: AuditHead, stated: AuditHead, trimmed: AuditHead) -> Verdict? {
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
        return .intact(count: head.sequence - trimmed.sequence, head: head, trimmed: trimmed)
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
