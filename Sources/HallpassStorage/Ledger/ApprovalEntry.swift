package import HallpassCore

/// A mint of a call that needs an approval: the token it would be, and what to ask if there is none.
package struct ApprovalClaim: Sendable {
    /// Signed already, and worth nothing without its row.
    package let token: TokenRow
    package let demand: ApprovalDemand
    /// The approval that the caller named.
    package let shown: ApprovalID?
    package let request: ApprovalRequest

    package init(token: TokenRow, demand: ApprovalDemand, shown: ApprovalID?, request: ApprovalRequest) {
        self.token = token
        self.demand = demand
        self.shown = shown
        self.request = request
    }
}

/// What a person is to be asked.
package struct ApprovalRequest: Sendable {
    /// Not decided on.
    package let approval: Approval
    /// Canonical, sealed.
    package let arguments: [UInt8]

    package init(approval: Approval, arguments: [UInt8]) {
        self.approval = approval
        self.arguments = arguments
    }
}

/// What somebody says of a call that waits for them.
package struct ApprovalVerdict: Sendable {
    package let id: ApprovalID
    package let verdict: ApprovalDecision.Verdict
    package let approver: Approver
    package let reason: String

    package init(id: ApprovalID, verdict: ApprovalDecision.Verdict, approver: Approver, reason: String) {
        self.id = id
        self.verdict = verdict
        self.approver = approver
        self.reason = reason
    }
}
