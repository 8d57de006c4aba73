/// What is asked of an identity provider's token, in this order. The raw value stands in the audit and in the answer to a
/// token that was tried.
package enum ProofCheck: String, Hashable, Sendable, CaseIterable {
    case tokenShape = "token_shape"
    case issuer
    case tokenType = "token_type"
    case algorithm
    case key
    case signature
    case audience
    case time
    case tenant
    case subject
    case groups
    case delegation
}

/// Why a token proves nothing, and which check said so.
package struct ProofFailure: Error, Hashable, Sendable {
    package let check: ProofCheck
    package let error: HallpassError
    /// More than the error says, for the admin who tries a token.
    package let reason: StaticText?

    package init(_ check: ProofCheck, _ error: HallpassError, because reason: StaticText? = nil) {
        self.check = check
        self.error = error
        self.reason = reason
    }

    init(_ check: ProofCheck, _ reason: StaticText) {
        self.init(check, .actorNotProven(reason), because: reason)
    }
}
