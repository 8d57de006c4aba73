import HTTPTypes
import HallpassCore

extension ErrorCode {
    /// Without `default`, so that a new code does not compile until someone decides its status.
    var status: HTTPResponse.Status {
        switch self {
        case .invalidRequest, .invalidJSON, .unknownConnector, .unknownEnvironment, .unknownTool: .badRequest
        // Of a token: these stand inside the 200 of a verification and nowhere else.
        case .malformedToken, .unknownKey, .badSignature, .wrongIssuer, .wrongAudience, .tokenExpired,
            .tokenNotYetValid, .toolMismatch, .argumentsMismatch, .tokenAlreadyUsed, .tokenRevoked, .tokenNotIssued:
            .badRequest
        // Of a call: at mint these are wrong requests, in a verification they stand inside its 200.
        case .invalidArguments, .idempotencyKeyRequired: .badRequest
        case .constraintViolated, .approvalRequired, .approvalRejected: .forbidden
        case .approvalPending, .approvalClosed: .conflict
        case .idempotencyConflict, .idempotencyInFlight, .outcomeUnknown, .outcomeConflict: .conflict
        case .callEnded, .credentialAlreadyIssued, .upstreamReauthRequired: .conflict
        case .credentialNotFound: .notFound
        case .upstreamRefused: .badGateway
        case .upstreamUnavailable: .serviceUnavailable
        case .payloadTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .methodNotAllowed: .methodNotAllowed
        case .notFound: .notFound
        case .tenantDeleted: .gone
        case .invalidClient, .actorNotProven, .issuerUnknown, .actorTokenExpired: .unauthorized
        case .forbidden, .toolNotAllowed, .insufficientScope, .actorNotGranted, .disabled: .forbidden
        case .revisionConflict, .inUse, .limitReached: .conflict
        case .rateLimited: .tooManyRequests
        case .overloaded, .unavailable, .storageUnavailable, .auditUnavailable: .serviceUnavailable
        case .internal: .internalServerError
        }
    }

    /// The same in the closed vocabulary of OAuth.
    ///
    /// Source: RFC 6749 sections 4.1.2.1 and 5.2; RFC 8628 section 3.5; RFC 8693 section 2.2.2; RFC 8707 section 2.
    var oauthError: StaticText {
        switch self {
        case .invalidClient: "invalid_client"
        case .malformedToken, .unknownKey, .badSignature, .wrongIssuer, .wrongAudience, .tokenExpired,
            .tokenNotYetValid, .toolMismatch, .argumentsMismatch, .tokenAlreadyUsed, .tokenRevoked, .tokenNotIssued:
            "invalid_grant"
        case .unknownConnector, .unknownEnvironment: "invalid_target"
        case .insufficientScope: "invalid_scope"
        case .forbidden, .toolNotAllowed, .actorNotGranted, .constraintViolated, .approvalRequired, .approvalRejected,
            .disabled:
            "access_denied"
        case .approvalPending: "authorization_pending"
        case .rateLimited, .overloaded, .unavailable, .storageUnavailable, .auditUnavailable, .upstreamUnavailable:
            "temporarily_unavailable"
        case .internal: "server_error"
        // A subject token that proves nothing is a bad request there, not a bad grant.
        case .actorNotProven, .issuerUnknown, .actorTokenExpired, .invalidRequest, .invalidJSON, .payloadTooLarge,
            .unsupportedMediaType, .methodNotAllowed,
            .notFound, .revisionConflict, .inUse, .limitReached, .tenantDeleted, .unknownTool, .invalidArguments,
            .idempotencyKeyRequired,
            .idempotencyConflict, .idempotencyInFlight, .outcomeUnknown, .outcomeConflict, .approvalClosed,
            .callEnded, .credentialAlreadyIssued, .credentialNotFound, .upstreamReauthRequired, .upstreamRefused:
            "invalid_request"
        }
    }
}
