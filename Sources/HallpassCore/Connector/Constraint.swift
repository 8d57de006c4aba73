package import StrictJSON

/// Narrows one tool where it stands, beyond what its schema says, and tells the model what to do about it.
package struct Constraint: Hashable, Sendable {
    package let tool: ToolName
    /// A JSON Schema that the arguments must satisfy as well.
    package let schema: JSONValue
    package let whenViolated: ConstraintRefusal
    /// `nil`: a violation is final.
    package let approval: ConstraintApproval?

    package init(
        tool: ToolName, schema: JSONValue, whenViolated: ConstraintRefusal, approval: ConstraintApproval? = nil
    ) {
        self.tool = tool
        self.schema = schema
        self.whenViolated = whenViolated
        self.approval = approval
    }
}

/// What a person's approval does about a violation.
package enum ConstraintApproval: String, Hashable, Sendable, CaseIterable {
    /// It is `approval_required`, in the broker's own words.
    case required
    /// It is what `when_violated` says, and an approval is offered beside it.
    case offer
}

/// A refusal in an admin's own words, handed through exactly. Source: the protocol, "The registry document".
package struct ConstraintRefusal: Hashable, Sendable {
    /// 1 to 64 of `A-Z a-z 0-9 _ -`; not one of the broker's own codes.
    package let code: String
    package let message: String
    package let isRetryable: Bool
    package let suggestedAction: String

    /// - Returns: `nil` when code or action break their rule.
    package init?(code: String, message: String, isRetryable: Bool, suggestedAction: String) {
        guard Self.isWord(code), ErrorCode(rawValue: code) == nil, Self.isWord(suggestedAction) else { return nil }
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
        self.suggestedAction = suggestedAction
    }

    /// The action that sends a caller to a person; what a constraint that offers an approval must suggest.
    package static var humanApproval: String { ErrorCode.approvalRequired.suggestedAction }

    package static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2D
            }
    }
}
