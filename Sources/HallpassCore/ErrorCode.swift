/// What a caller can rely on: stable, documented, never renamed. What stands above each case is its row in `docs/errors.md`, which
/// is made from here.
package enum ErrorCode: String, Hashable, Sendable, CaseIterable {
    /// A field or parameter is missing, unknown, doubled or not what it must be.
    case invalidRequest = "invalid_request"
    /// The body is not acceptable JSON.
    case invalidJSON = "invalid_json"
    /// The body is over its limit.
    case payloadTooLarge = "payload_too_large"
    /// The body's `Content-Type` is another.
    case unsupportedMediaType = "unsupported_media_type"
    /// The path exists and does not take this method.
    case methodNotAllowed = "method_not_allowed"
    /// There is nothing here, or nothing that this client may see.
    case notFound = "not_found"
    /// The client's secret, the person's password, session or one-time link is missing, wrong or over.
    case invalidClient = "invalid_client"
    /// The caller is known and may not do this; the message says which role it takes. Or a page of another site asked.
    case forbidden
    /// The resource changed since it was read (`If-Match`), or is there already (`If-None-Match: *`).
    case revisionConflict = "revision_conflict"
    /// What is to be deleted is named by others; the message lists them.
    case inUse = "in_use"
    /// For instance: a client has two live secrets already, or too many calls of an actor wait for an approval.
    case limitReached = "limit_reached"
    /// The tenant was deleted with its keys. Only its audit can still be read, and its name is not given again.
    case tenantDeleted = "tenant_deleted"
    /// The identity provider's token proves nothing, this client's word is no proof, or the kind of proof is not
    /// accepted.
    case actorNotProven = "actor_not_proven"
    /// The token's `iss` is not that of an issuer of this tenant.
    case issuerUnknown = "issuer_unknown"
    /// The identity provider's token is too old.
    case actorTokenExpired = "actor_token_expired"
    /// No such connector, or not in this environment.
    case unknownConnector = "unknown_connector"
    /// The tenant has no such environment.
    case unknownEnvironment = "unknown_environment"
    /// The connector has no such tool.
    case unknownTool = "unknown_tool"
    /// The tool is not on the deployment's allow-list.
    case toolNotAllowed = "tool_not_allowed"
    /// Scopes are missing; `details` lists all of them.
    case insufficientScope = "insufficient_scope"
    /// No grant in force covers this actor, tool and deployment.
    case actorNotGranted = "actor_not_granted"
    /// The arguments violate the tool's schema; `details` lists every violation.
    case invalidArguments = "invalid_arguments"
    /// Stands for whatever a constraint's `when_violated` says; never on the wire itself.
    case constraintViolated = "constraint_violated"
    /// A person has to approve the call; at mint `details` has the `approval_id`.
    case approvalRequired = "approval_required"
    /// Nobody has decided on the approval yet.
    case approvalPending = "approval_pending"
    /// A person was asked about this call and rejected it.
    case approvalRejected = "approval_rejected"
    /// Of a decision: the approval was decided on before, is used, or has expired.
    case approvalClosed = "approval_closed"
    /// Not shaped like a token of ours, or with other claims.
    case malformedToken = "malformed_token"
    /// Signed with no key of this tenant.
    case unknownKey = "unknown_key"
    /// The signature does not match.
    case badSignature = "bad_signature"
    /// Issued under another issuer URL.
    case wrongIssuer = "wrong_issuer"
    /// For a connector or environment that the caller does not own.
    case wrongAudience = "wrong_audience"
    /// Its time is over.
    case tokenExpired = "token_expired"
    /// Its `iat` lies in the future: a clock is wrong.
    case tokenNotYetValid = "token_not_yet_valid"
    /// For another tool, or a session token where a call token is needed.
    case toolMismatch = "tool_mismatch"
    /// Other arguments than it was minted for.
    case argumentsMismatch = "arguments_mismatch"
    /// A call token's second use.
    case tokenAlreadyUsed = "token_already_used"
    /// Revoked, by itself or by a cutoff.
    case tokenRevoked = "token_revoked"
    /// A right signature on a token that the ledger does not know: a key has leaked. Also an alarm in the log.
    case tokenNotIssued = "token_not_issued"
    /// What is needed is [switched off](protocol.md#disable), or the client that minted the token was removed.
    case disabled
    /// The tool changes something and the call has no key. Inside a decision only.
    case idempotencyKeyRequired = "idempotency_key_required"
    /// The key was used for other arguments. Inside a decision only.
    case idempotencyConflict = "idempotency_conflict"
    /// The same call is being executed. Inside a decision only.
    case idempotencyInFlight = "idempotency_in_flight"
    /// The same call was begun and never reported. Inside a decision only.
    case outcomeUnknown = "outcome_unknown"
    /// Another outcome was reported for this call before.
    case outcomeConflict = "outcome_conflict"
    /// One of the deployment's `limits` is used up, or there were too many attempts to sign in; `retry_after_seconds`
    /// is exact. Nothing was executed or issued.
    case rateLimited = "rate_limited"
    /// A credential is asked for after the outcome was reported, or after the lease ran out.
    case callEnded = "call_ended"
    /// A call's second request for its credential.
    case credentialAlreadyIssued = "credential_already_issued"
    /// No upstream credential is registered for this deployment and person.
    case credentialNotFound = "credential_not_found"
    /// The provider accepts the refresh token no more; somebody has to sign in there, and an admin to rotate it.
    case upstreamReauthRequired = "upstream_reauth_required"
    /// The provider refuses us, or answers what cannot be accepted, wider scopes for instance. `hallpass credentials
    /// list` says what.
    case upstreamRefused = "upstream_refused"
    /// The provider does not answer, or did not a moment ago.
    case upstreamUnavailable = "upstream_unavailable"
    /// There is too much to do: for this tenant, for the ledger, or for the connections there may be. Nothing was executed
    /// or issued.
    case overloaded
    /// The broker is starting, stopping, or cannot be sure. Nothing was executed or issued.
    case unavailable
    /// The commit failed, for instance because the disk is full. Nothing was executed or issued.
    case storageUnavailable = "storage_unavailable"
    /// A refusal could not be recorded. Nothing was executed or issued.
    case auditUnavailable = "audit_unavailable"
    /// A fault in the broker; `request_id` finds it in the log.
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
            .revisionConflict, .inUse, .limitReached, .tenantDeleted, .outcomeConflict, .approvalClosed, .callEnded,
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
