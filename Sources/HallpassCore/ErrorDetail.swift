package import StrictJSON

/// One of the places where a request or a tool's arguments are wrong.
package struct ErrorDetail: Hashable, Sendable {
    /// JSON pointer into what was sent.
    package let path: String
    package let rule: String
    /// A clause that follows the path: "must be at most 2000 characters".
    package let message: String
    /// The values that would do, where they can be listed.
    package let allowed: [JSONValue]?
    /// What to wait for, where a person can lift the refusal.
    package let approval: ApprovalID?

    package init(
        path: String, rule: String, message: String, allowed: [JSONValue]? = nil, approval: ApprovalID? = nil
    ) {
        self.path = path
        self.rule = rule
        self.message = message
        self.allowed = allowed
        self.approval = approval
    }
}
