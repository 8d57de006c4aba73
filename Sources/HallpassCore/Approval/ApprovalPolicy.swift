/// What becomes of a mint that needs an approval, given those on record.
package enum ApprovalPolicy {
    package enum Decision: Hashable, Sendable {
        /// The approval that was shown is good; it is used up with this mint.
        case mint(Approval)
        /// Nobody has been asked about this call, or not lately: ask.
        case ask(instead: StaleApproval?)
        case refuse(Refusal)
    }

    /// - Parameters:
    ///   - shown: the approval that the caller named; `nil` where it named none.
    ///   - found: what is on record under that name.
    ///   - standing: what is on record for this very call, whoever named it.
    package static func decide(
        _ call: ApprovableCall, demand: ApprovalDemand, shown: ApprovalID?, found: Approval?, standing: Approval?,
        nowSeconds: Int64
    ) -> Decision {
        var stale: StaleApproval?
        if shown != nil {
            // Another's approval and none at all look the same.
            if let found, found.call == call {
                switch found.state(atSeconds: nowSeconds) {
                case .approved: return .mint(found)
                case .pending: return .refuse(Refusal(.approval, .approvalPending(found.id)))
                case .rejected where nowSeconds < found.expiresAt: return .refuse(found.rejection)
                case .used: stale = .used
                case .expired, .rejected: stale = .expired
                }
            } else {
                stale = .otherCall
            }
        }
        guard let standing, nowSeconds < standing.expiresAt else { return .ask(instead: stale) }
        switch standing.state(atSeconds: nowSeconds) {
        case .pending, .approved:
            return .refuse(demand.refusal.naming(ApprovalReference(standing.id, instead: stale)))
        // Nobody is asked twice about one call within the life of their answer.
        case .rejected: return .refuse(standing.rejection)
        case .used, .expired: return .ask(instead: stale)
        }
    }
}

extension Approval {
    fileprivate var rejection: Refusal { Refusal(.approval, .approvalRejected(id)) }
}

/// What is wrong with an approval that was shown.
package enum StaleApproval: Hashable, Sendable {
    case used
    case expired
    /// It is for another call, another tenant's, or there is none by that name.
    case otherCall
}

/// The approval that a refused caller may wait for.
package struct ApprovalReference: Hashable, Sendable {
    package let id: ApprovalID
    package let instead: StaleApproval?

    package init(_ id: ApprovalID, instead: StaleApproval? = nil) {
        self.id = id
        self.instead = instead
    }

    /// What happened to the one that was shown, as the end of a sentence.
    private var flaw: StaticText? {
        switch instead {
        case nil: nil
        case .used: "the approval that was shown has been used, and each is good for one mint"
        case .expired: "the approval that was shown has expired"
        case .otherCall: "the approval that was shown is not one for this call"
        }
    }

    var message: String {
        let start = "A person has to approve this call"
        let next = "mint it again with the approval_id in details once they have"
        return flaw.map { "\(start): \($0.text); \(next)." } ?? "\(start); \(next)."
    }

    var detail: ErrorDetail {
        let next = "waits for a person's approval; mint it again with this approval_id once they have decided"
        return ErrorDetail(
            path: "", rule: "approval", message: flaw.map { "\(next): \($0.text)" } ?? next, approval: id)
    }
}

extension Refusal {
    /// The same refusal, with the approval that would lift it.
    package func naming(_ approval: ApprovalReference) -> Refusal {
        switch error {
        case .constraintViolated(let refusal, let details):
            Refusal(check, .constraintViolated(refusal, details + [approval.detail]))
        case .approvalRequired: Refusal(check, .approvalRequired(approval))
        default: self
        }
    }
}
