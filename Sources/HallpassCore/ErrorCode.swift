/// What a caller can rely on: stable, documented, never renamed. Source: the protocol, "Errors".
package enum ErrorCode: String, Hashable, Sendable, CaseIterable {
    case invalidRequest = "invalid_request"
    case invalidJSON = "invalid_json"
    case payloadTooLarge = "payload_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case methodNotAllowed = "method_not_allowed"
    case notFound = "not_found"
    case invalidClient = "invalid_client"
    case forbidden
    case revisionConflict = "revision_conflict"
    case inUse = "in_use"
    case limitReached = "limit_reached"
    case actorNotProven = "actor_not_proven"
    case issuerUnknown = "issuer_unknown"
    case actorTokenExpired = "actor_token_expired"
    case unknownConnector = "unknown_connector"
    case unknownEnvironment = "unknown_environment"
    case unknownTool = "unknown_tool"
    case toolNotAllowed = "tool_not_allowed"
    case insufficientScope = "insufficient_scope"
    case actorNotGranted = "actor_not_granted"
    case invalidArguments = "invalid_arguments"
    /// Stands for whatever a constraint's `when_violated` says; never on the wire itself.
    case constraintViolated = "constraint_violated"
    case approvalRequired = "approval_required"
    case approvalPending = "approval_pending"
    case approvalRejected = "approval_rejected"
    /// It is not to be decided any more.
    case approvalClosed = "approval_closed"
    case malformedToken = "malformed_token"
    case unknownKey = "unknown_key"
    case badSignature = "bad_signature"
    case wrongIssuer = "wrong_issuer"
    case wrongAudience = "wrong_audience"
    case tokenExpired = "token_expired"
    case tokenNotYetValid = "token_not_yet_valid"
    case toolMismatch = "tool_mismatch"
    case argumentsMismatch = "arguments_mismatch"
    case tokenAlreadyUsed = "token_already_used"
    case tokenRevoked = "token_revoked"
    case tokenNotIssued = "token_not_issued"
    case disabled
    case idempotencyKeyRequired = "idempotency_key_required"
    case idempotencyConflict = "idempotency_conflict"
    case idempotencyInFlight = "idempotency_in_flight"
    case outcomeUnknown = "outcome_unknown"
    case outcomeConflict = "outcome_conflict"
    case rateLimited = "rate_limited"
    case callEnded = "call_ended"
    case credentialAlreadyIssued = "credential_already_issued"
    case credentialNotFound = "credential_not_found"
    case upstreamReauthRequired = "upstream_reauth_required"
    case upstreamRefused = "upstream_refused"
    case upstreamUnavailable = "upstream_unavailable"
    case overloaded
    case unavailable
    case storageUnavailable = "storage_unavailable"
    case auditUnavailable = "audit_unavailable"
    case `internal`

    /// The codes that callers meet; a constraint's refusal has its author's code instead of ours.
    package static var wireCases: [ErrorCode] { allCases.filter { $0 != .constraintViolated } }

    /// True only if the very same call can succeed later.
    package var isRetryable: Bool {
        switch self {
        case .approvalPending, .idempotencyInFlight, .rateLimited, .overloaded, .unavailable, .storageUnavailable,
            .auditUnavailable, .upstreamUnavailable:
            true
        default: false
        }
    }

    /// What a model or the person behind it should do next.
    package var suggestedAction: String {
        switch self {
        case .invalidRequest, .invalidJSON, .payloadTooLarge, .unsupportedMediaType, .methodNotAllowed, .notFound,
            .revisionConflict, .inUse, .limitReached, .outcomeConflict, .approvalClosed, .callEnded,
            .credentialAlreadyIssued:
            "fix_request"
        case .invalidClient: "check_credentials"
        case .actorNotProven, .issuerUnknown, .actorTokenExpired: "reauthenticate_user"
        case .unknownConnector, .unknownEnvironment, .unknownTool: "list_tools"
        case .toolNotAllowed, .insufficientScope, .actorNotGranted: "request_access"
        case .invalidArguments, .constraintViolated, .idempotencyKeyRequired, .idempotencyConflict: "fix_arguments"
        case .approvalRequired: "route_to_human_approval"
        case .approvalPending: "wait_for_approval"
        case .outcomeUnknown: "reconcile"
        case .malformedToken, .unknownKey, .badSignature, .wrongIssuer, .wrongAudience, .tokenExpired,
            .tokenNotYetValid, .toolMismatch, .argumentsMismatch, .tokenAlreadyUsed, .tokenRevoked, .tokenNotIssued:
            "mint_new_token"
        case .forbidden, .disabled, .approvalRejected, .internal, .credentialNotFound, .upstreamReauthRequired,
            .upstreamRefused:
            "contact_admin"
        case .idempotencyInFlight, .rateLimited, .overloaded, .unavailable, .storageUnavailable, .auditUnavailable,
            .upstreamUnavailable:
            "wait"
        }
    }
}
