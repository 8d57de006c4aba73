/// A call that a person is asked about, and what they said.
package struct Approval: Hashable, Sendable {
    package let id: ApprovalID
    package let call: ApprovableCall
    package let cause: ApprovalCause
    /// Unix seconds.
    package let requestedAt: Int64
    /// Unix seconds; good up to, not at, this moment, whatever was decided and when.
    package let expiresAt: Int64
    package let decision: ApprovalDecision?
    package let isUsed: Bool

    package init(
        id: ApprovalID, call: ApprovableCall, cause: ApprovalCause, requestedAt: Int64, expiresAt: Int64,
        decision: ApprovalDecision? = nil, isUsed: Bool = false
    ) {
        self.id = id
        self.call = call
        self.cause = cause
        self.requestedAt = requestedAt
        self.expiresAt = expiresAt
        self.decision = decision
        self.isUsed = isUsed
    }

    package func state(atSeconds now: Int64) -> ApprovalState {
        if isUsed { return .used }
        if decision?.verdict == .rejected { return .rejected }
        guard now < expiresAt else { return .expired }
        return decision == nil ? .pending : .approved
    }
}

/// Where an approval stands. The raw value is what the API says.
package enum ApprovalState: String, Hashable, Sendable, CaseIterable {
    /// Nobody has decided yet.
    case pending
    /// Good for one mint.
    case approved
    case rejected
    /// The one mint was made.
    case used
    /// Not decided in time, or not used in time.
    case expired
}

/// Why a call needs a person: the refusal that a constraint gives, or the rule that asks for one.
package struct ApprovalCause: Hashable, Sendable {
    package let code: String
    package let message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// What a person said, once.
package struct ApprovalDecision: Hashable, Sendable {
    package enum Verdict: String, Hashable, Sendable, CaseIterable {
        case approved
        case rejected
    }

    package let verdict: Verdict
    /// Who decided, as the registry's history names authors.
    package let author: String
    package let reason: String
    /// Unix seconds.
    package let decidedAt: Int64

    package init(verdict: Verdict, author: String, reason: String, decidedAt: Int64) {
        self.verdict = verdict
        self.author = author
        self.reason = reason
        self.decidedAt = decidedAt
    }
}
