package import HallpassCore
import HallpassCrypto
import HallpassStorage
package import StrictJSON

extension Broker {
    /// - Parameters:
    ///   - state: as of now; absent for all.
    ///   - before: the last of the page before; absent for the newest.
    /// - Returns: newest first, as of this moment.
    package func approvals(
        state: ApprovalState?, before: Int64?, limit: Int, by admin: TenantAdmin
    ) async throws(HallpassError) -> [ApprovalView] {
        try admin.require(.readApprovals)
        let now = clock.nowSeconds
        let approvals = try await reading {
            try await approvalStore.list(admin.tenant, state: state, before: before, limit: limit, nowSeconds: now)
        }
        return approvals.map { ApprovalView(approval: $0, state: $0.state(atSeconds: now)) }
    }

    /// One approval; with the arguments for whoever may decide on it.
    package func approval(_ id: ApprovalID, by admin: TenantAdmin) async throws(HallpassError) -> ApprovalView {
        try admin.require(.readApprovals)
        guard let found = try await reading({ try await approvalStore.find(id, of: admin.tenant) }),
            let vault = snapshot.vaults[admin.tenant]?.calls
        else { throw .notFound }
        var view = ApprovalView(
            approval: found.approval, state: found.approval.state(atSeconds: clock.nowSeconds))
        guard admin.permissions.contains(.decideApprovals) else { return view }
        do {
            let opened = try vault.open(arguments: found.arguments, of: id)
            view.arguments = try JSONParser.parse(
                opened.withUnsafeBytes { Array($0) }, limits: JSONLimits(depth: Limits.jsonDepth))
        } catch {
            // Nobody decides on what they cannot see.
            throw .unavailable
        }
        return view
    }

    /// Keeps what somebody says of a call that waits for them, and the record of it with their reason, in one commit.
    ///
    /// - Returns: the refusal where there is no such call, where it is their own, or where it is not to be decided any more.
    /// - Throws: when they may not decide at all, or nothing could be recorded.
    package func decide(
        _ id: ApprovalID, _ verdict: ApprovalDecision.Verdict, reason: String, by admin: TenantAdmin,
        _ context: CallContext
    ) async throws(HallpassError) -> Result<ApprovalView, Refusal> {
        try admin.require(.decideApprovals)
        var entry = AuditEntry(verdict.event, .allow, by: admin, context, at: clock)
        entry.approvalID = id
        entry.reason = reason
        let draft = entry
        let said = ApprovalVerdict(id: id, verdict: verdict, approver: admin.approver, reason: reason)
        let outcome = try await submit(.decide(said), for: admin.tenant) { outcome in
            switch outcome {
            case .refused(let refusal): return draft.refused(refusal)
            case .decided(let approval): return draft.describing(approval.call)
            default: return draft
            }
        }
        switch outcome {
        case .decided(let approval):
            return .success(ApprovalView(approval: approval, state: approval.state(atSeconds: clock.nowSeconds)))
        case .refused(let refusal): return .failure(refusal)
        default: throw .internal
        }
    }
}

/// An approval as it is shown.
package struct ApprovalView: Sendable {
    package let approval: Approval
    /// When it was looked at.
    package let state: ApprovalState
    /// Opened for those who may decide, and where one approval is asked for by name.
    package fileprivate(set) var arguments: JSONValue?
}

extension ApprovalDecision.Verdict {
    fileprivate var event: AuditEvent {
        switch self {
        case .approved: .approvalApprove
        case .rejected: .approvalReject
        }
    }
}

extension AuditEntry {
    /// With the call that was decided on.
    fileprivate func describing(_ call: ApprovableCall) -> AuditEntry {
        var entry = self
        entry.subject = call.subject
        entry.act = call.act
        entry.connector = call.deployment.connector
        entry.environment = call.deployment.environment
        entry.tool = call.tool
        entry.argumentsDigest = call.argumentsDigest
        return entry
    }
}
