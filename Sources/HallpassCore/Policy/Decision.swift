/// A refusal with the name of the check that spoke, for the audit.
package struct Refusal: Error, Hashable, Sendable {
    package let check: Check
    package let error: HallpassError

    package init(_ check: Check, _ error: HallpassError) {
        self.check = check
        self.error = error
    }
}

/// The checks a call goes through, in the order of the protocol, "Verify and outcome". The raw value stands in the audit.
package enum Check: String, Hashable, Sendable, CaseIterable {
    case admission
    case caller
    case requestShape = "request_shape"
    case actorProof = "actor_proof"
    case tokenShape = "token_shape"
    case key
    case signature
    case claims
    case issuer
    case audience
    case time
    case enabled
    case tool
    case allowList = "allow_list"
    case scopes
    case grant
    case revoked
    case arguments
    case inputSchema = "input_schema"
    case constraints
    case rate
    case ledger
    case approval
    case idempotency
    case credential
}
