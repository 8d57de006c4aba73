package import StrictJSON

/// Why the broker refused: closed, and with nowhere to put a secret. Every sentence a caller reads is made here.
///
/// What a case carries lies elsewhere, so that a function that may fail, and most never do, keeps a word for it.
package indirect enum HallpassError: Error, Hashable, Sendable {
    /// All of what is wrong with a request, at once.
    case invalidRequest([JSONViolation])
    case invalidJSON(JSONError)
    case payloadTooLarge(limitBytes: Int)
    case unsupportedMediaType(expected: StaticText)
    case methodNotAllowed
    case notFound
    case invalidClient
    case forbidden(needs: StaticText)
    /// The caller changed something that had changed meanwhile.
    case revisionConflict
    /// What was to be deleted is named by these others.
    case inUse(by: [String])
    case limitReached(StaticText)
    case tenantDeleted
    case actorNotProven(StaticText)
    case issuerUnknown
    case actorTokenExpired
    case unknownConnector
    case unknownEnvironment
    case unknownTool
    case toolNotAllowed
    case insufficientScope(missing: ScopeSet)
    case actorNotGranted
    /// Every violation of the tool's schema, at once.
    case invalidArguments([ErrorDetail])
    case constraintViolated(ConstraintRefusal, [ErrorDetail])
    /// With the approval to wait for, where one was asked for: at mint.
    case approvalRequired(ApprovalReference?)
    case approvalPending(ApprovalID)
    case approvalRejected(ApprovalID)
    case approvalClosed(ApprovalState)
    case malformedToken
    case unknownKey
    case badSignature
    case wrongIssuer
    case wrongAudience
    case tokenExpired
    case tokenNotYetValid
    case toolMismatch
    case argumentsMismatch
    case tokenAlreadyUsed
    case tokenRevoked
    case tokenNotIssued
    case disabled(Disableable)
    /// What would run is not what was approved.
    case toolQuarantined
    /// What a server would reach its backend with.
    case credentialDisabled
    case idempotencyKeyRequired
    case idempotencyConflict
    case idempotencyInFlight(retryAfterSeconds: Int64)
    case outcomeUnknown
    case outcomeConflict
    /// Which limit it is that gives a call back last, and when.
    case rateLimited(CallLimits.Kind, retryAfterSeconds: Int64)
    /// Too many attempts for one account, or from one address.
    case signInThrottled(retryAfterSeconds: Int64)
    case callEnded
    case credentialAlreadyIssued
    case credentialNotFound
    case upstreamReauthRequired
    case upstreamRefused
    case upstreamUnavailable(retryAfterSeconds: Int64)
    case overloaded
    case unavailable
    case storageUnavailable
    case auditUnavailable
    case `internal`

    /// What has a switch that turns it off.
    package enum Disableable: String, Hashable, Sendable, CaseIterable {
        case tenant, environment, connector, deployment, client, actor, tool
    }
}

/// A text written in the source, which therefore says nothing that a caller sent.
package struct StaticText: Hashable, Sendable, ExpressibleByStringLiteral {
    package let text: String

    package init(stringLiteral value: StaticString) { text = value.description }
}

extension HallpassError {
    /// One field, one rule.
    package static func invalidRequest(path: String, rule: String, message: String) -> HallpassError {
        .invalidRequest([JSONViolation(path: path, rule: rule, message: message)])
    }

    package var code: ErrorCode {
        switch self {
        case .invalidRequest: .invalidRequest
        case .invalidJSON: .invalidJSON
        case .payloadTooLarge: .payloadTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .methodNotAllowed: .methodNotAllowed
        case .notFound: .notFound
        case .invalidClient: .invalidClient
        case .forbidden: .forbidden
        case .revisionConflict: .revisionConflict
        case .inUse: .inUse
        case .limitReached: .limitReached
        case .tenantDeleted: .tenantDeleted
        case .actorNotProven: .actorNotProven
        case .issuerUnknown: .issuerUnknown
        case .actorTokenExpired: .actorTokenExpired
        case .unknownConnector: .unknownConnector
        case .unknownEnvironment: .unknownEnvironment
        case .unknownTool: .unknownTool
        case .toolNotAllowed: .toolNotAllowed
        case .insufficientScope: .insufficientScope
        case .actorNotGranted: .actorNotGranted
        case .invalidArguments: .invalidArguments
        case .constraintViolated: .constraintViolated
        case .approvalRequired: .approvalRequired
        case .approvalPending: .approvalPending
        case .approvalRejected: .approvalRejected
        case .approvalClosed: .approvalClosed
        case .malformedToken: .malformedToken
        case .unknownKey: .unknownKey
        case .badSignature: .badSignature
        case .wrongIssuer: .wrongIssuer
        case .wrongAudience: .wrongAudience
        case .tokenExpired: .tokenExpired
        case .tokenNotYetValid: .tokenNotYetValid
        case .toolMismatch: .toolMismatch
        case .argumentsMismatch: .argumentsMismatch
        case .tokenAlreadyUsed: .tokenAlreadyUsed
        case .tokenRevoked: .tokenRevoked
        case .tokenNotIssued: .tokenNotIssued
        case .disabled, .toolQuarantined, .credentialDisabled: .disabled
        case .idempotencyKeyRequired: .idempotencyKeyRequired
        case .idempotencyConflict: .idempotencyConflict
        case .idempotencyInFlight: .idempotencyInFlight
        case .outcomeUnknown: .outcomeUnknown
        case .outcomeConflict: .outcomeConflict
        case .rateLimited: .rateLimited
        case .signInThrottled: .rateLimited
        case .callEnded: .callEnded
        case .credentialAlreadyIssued: .credentialAlreadyIssued
        case .credentialNotFound: .credentialNotFound
        case .upstreamReauthRequired: .upstreamReauthRequired
        case .upstreamRefused: .upstreamRefused
        case .upstreamUnavailable: .upstreamUnavailable
        case .overloaded: .overloaded
        case .unavailable: .unavailable
        case .storageUnavailable: .storageUnavailable
        case .auditUnavailable: .auditUnavailable
        case .internal: .internal
        }
    }

    /// One sentence that a model or a person can act on.
    package var message: String {
        switch self {
        case .invalidRequest:
            Self.sentence("The request is", "it", details)
        case .invalidJSON(let error): "The body is not acceptable JSON: \(error.message)."
        case .payloadTooLarge(let limitBytes): "The body is over the limit of \(limitBytes) bytes."
        case .unsupportedMediaType(let expected): "The body must be sent as \(expected.text)."
        case .methodNotAllowed: "This path does not take that method; Allow lists those it takes."
        case .notFound: "There is nothing here that you may see."
        case .invalidClient: "The credentials are missing or not valid."
        case .forbidden(let needs): "This caller may not do that: \(needs.text)."
        case .revisionConflict: "It was changed by someone else meanwhile; read it again and repeat the change on top."
        case .inUse(let users):
            "It is in use by \(users.joined(separator: ", ")); remove those first or ask for cascade=1."
        case .limitReached(let rule): "A limit is reached: \(rule.text)."
        case .tenantDeleted:
            "This tenant was deleted with its keys; only its audit can still be read, and its name is not given again."
        case .actorNotProven(let reason): "Who the call is for is not proven: \(reason.text)."
        case .issuerUnknown: "The identity provider that the token names is not registered here."
        case .actorTokenExpired: "The identity provider's token has expired; the person has to sign in again."
        case .unknownConnector: "There is no such connector in this environment."
        case .unknownEnvironment: "There is no such environment."
        case .unknownTool: "The connector has no such tool."
        case .toolNotAllowed: "This tool is not on the connector's allow-list in this environment."
        case .insufficientScope(let missing): "These scopes are missing: \(missing.spaceSeparated)."
        case .actorNotGranted: "The person this call is for has no grant for it in this environment."
        case .invalidArguments(let details): Self.sentence("The arguments are", "they", details)
        case .constraintViolated(let refusal, _): refusal.message
        case .approvalRequired(let approval):
            approval?.message
                ?? "A person has to approve this call; mint a call token with its arguments to ask for it."
        case .approvalPending: "Nobody has decided on this approval yet; mint again with it later."
        case .approvalRejected: "This call was put before a person, who rejected it."
        case .approvalClosed(let state): "This approval is not to be decided any more: it is \(state.rawValue)."
        case .malformedToken: "The token is not a well-formed call token."
        case .unknownKey: "The token was not signed with a key that is in use."
        case .badSignature: "The token's signature does not match."
        case .wrongIssuer: "The token was issued by another broker."
        case .wrongAudience: "The token is for another connector or environment."
        case .tokenExpired: "The token has expired."
        case .tokenNotYetValid: "The token is not valid yet."
        case .toolMismatch: "The token is for another tool, or for none."
        case .argumentsMismatch: "The arguments are not those the token was minted for."
        case .tokenAlreadyUsed: "The token was used before; each call needs its own."
        case .tokenRevoked: "The token has been revoked."
        case .tokenNotIssued: "The token is not one that this broker issued."
        case .disabled(let what): "The \(what.rawValue) is switched off."
        case .credentialDisabled: "The credential is switched off."
        case .toolQuarantined: "The tool's definition changed on its server, and no admin has accepted the change yet."
        case .idempotencyKeyRequired:
            "This tool changes something, so the call needs an idempotency_key; the same key for every retry of this call."
        case .idempotencyConflict: "This idempotency_key was used for other arguments; a new intent needs a new key."
        case .idempotencyInFlight: "The same call is being executed right now; ask again for its result."
        case .outcomeUnknown:
            "The same call was begun and never reported; look up whether it took effect before anything is repeated."
        case .outcomeConflict: "Another outcome was reported for this call before."
        case .rateLimited(.deployment, _): "This connector was called too often just now; ask again a little later."
        case .rateLimited(.actor, _):
            "Too many calls were made just now for the person this call is for; ask again a little later."
        case .rateLimited(.tool, _): "This tool was called too often just now; ask again a little later."
        case .signInThrottled: "There were too many attempts to sign in just now; try again a little later."
        case .callEnded: "The call is over: what came of it was reported, or its lease has run out."
        case .credentialAlreadyIssued: "The credential for this call was given before; it is given once."
        case .credentialNotFound: "No upstream credential is registered for this call."
        case .upstreamReauthRequired:
            "The upstream accepts its refresh token no more; somebody has to sign in there and register the new one."
        case .upstreamRefused: "The upstream's token endpoint gives no token for this call; an admin has to look at it."
        case .upstreamUnavailable: "The upstream's token endpoint does not answer right now."
        case .overloaded: "The broker is busy; nothing was executed or issued."
        case .unavailable: "The broker cannot be sure right now; nothing was executed or issued."
        case .storageUnavailable: "The broker cannot store this right now; nothing was executed or issued."
        case .auditUnavailable: "The broker cannot record this right now; nothing was executed or issued."
        case .internal: "Something went wrong in the broker; request_id finds it in the log."
        }
    }

    /// The one place that is wrong, or how many there are.
    private static func sentence(_ start: StaticString, _ whole: String, _ details: [ErrorDetail]) -> String {
        guard details.count == 1 else { return "\(start) not valid in \(details.count) places; details lists them." }
        let text = "\(start) not valid: \(details[0].path.isEmpty ? whole : details[0].path) \(details[0].message)"
        return text.hasSuffix("?") ? text : "\(text)."
    }

    package var details: [ErrorDetail] {
        switch self {
        case .invalidRequest(let violations):
            violations.map { ErrorDetail(path: $0.path, rule: $0.rule, message: $0.message) }
        case .invalidArguments(let details), .constraintViolated(_, let details): details
        case .insufficientScope(let missing):
            missing.scopes.map { ErrorDetail(path: "/scope", rule: "scope", message: $0.rawValue) }
        case .approvalRequired(let approval): approval.map { [$0.detail] } ?? []
        case .approvalPending(let id):
            [ErrorDetail(path: "", rule: "approval", message: "waits for a person's decision", approval: id)]
        case .approvalRejected(let id):
            [ErrorDetail(path: "", rule: "approval", message: "was rejected", approval: id)]
        default: []
        }
    }

    /// The code as callers see it: the broker's own, or that of the constraint that was violated.
    package var wireCode: String {
        if case .constraintViolated(let refusal, _) = self { refusal.code } else { code.rawValue }
    }

    /// True only if the very same call can succeed later.
    package var isRetryable: Bool {
        if case .constraintViolated(let refusal, _) = self { refusal.isRetryable } else { code.isRetryable }
    }

    package var suggestedAction: String {
        if case .constraintViolated(let refusal, _) = self { refusal.suggestedAction } else { code.suggestedAction }
    }

    /// The approval that was asked for, or that the refusal is about.
    package var approval: ApprovalID? { details.lazy.compactMap(\.approval).first }

    /// When to ask again, for what the broker itself calls retryable.
    package var retryAfterSeconds: Int? {
        switch self {
        case .idempotencyInFlight(let seconds), .rateLimited(_, let seconds), .signInThrottled(let seconds),
            .upstreamUnavailable(let seconds):
            Int(seconds)
        case .approvalPending: Limits.approvalPollSeconds
        default: code.isRetryable ? 1 : nil
        }
    }
}
