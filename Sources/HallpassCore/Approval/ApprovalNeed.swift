/// What keeps a call from being made until a person has approved it.
package struct ApprovalDemand: Hashable, Sendable {
    /// What is answered without an approval.
    package let refusal: Refusal
    package let cause: ApprovalCause

    package init(refusal: Refusal, cause: ApprovalCause) {
        self.refusal = refusal
        self.cause = cause
    }
}

/// Whether a tool is run without a person's approval, whatever the arguments.
enum ApprovalNeed {
    /// - Returns: `nil` where none is needed.
    static func demand(_ tool: Tool, in deployment: Deployment, of registry: TenantRegistry) -> ApprovalDemand? {
        let message: String
        // An environment that is not there protects nothing, and has no deployments.
        if tool.effect == .destructive, registry.environments[deployment.id.environment]?.isProtected ?? false {
            message = "The tool is destructive and the environment is protected."
        } else if deployment.approval.tools.contains(tool.name) {
            message = "The deployment asks for an approval of every call of this tool."
        } else if tool.needsApproval {
            message = "The tool asks for an approval of every call."
        } else {
            return nil
        }
        return ApprovalDemand(
            refusal: Refusal(.approval, .approvalRequired(nil)),
            cause: ApprovalCause(code: ErrorCode.approvalRequired.rawValue, message: message))
    }
}
