import HallpassCore
import StrictJSON
import Testing

struct ErrorCodeTests {
    /// Callers hold on to these; a change here is a break of the protocol.
    @Test func `codes are what they always were`() {
        #expect(
            ErrorCode.allCases.map(\.rawValue) == [
                "invalid_request", "invalid_json", "payload_too_large", "unsupported_media_type", "method_not_allowed",
                "not_found", "invalid_client", "forbidden", "revision_conflict", "in_use", "limit_reached",
                "tenant_deleted",
                "actor_not_proven", "issuer_unknown", "actor_token_expired", "unknown_connector", "unknown_environment",
                "unknown_tool", "tool_not_allowed",
                "insufficient_scope", "actor_not_granted", "invalid_arguments", "constraint_violated",
                "approval_required", "approval_pending", "approval_rejected", "approval_closed",
                "malformed_token", "unknown_key", "bad_signature",
                "wrong_issuer", "wrong_audience", "token_expired", "token_not_yet_valid", "tool_mismatch",
                "arguments_mismatch", "token_already_used", "token_revoked", "token_not_issued", "disabled",
                "idempotency_key_required",
                "idempotency_conflict", "idempotency_in_flight", "outcome_unknown", "outcome_conflict",
                "rate_limited", "call_ended", "credential_already_issued", "credential_not_found",
                "upstream_reauth_required", "upstream_refused", "upstream_unavailable", "overloaded", "unavailable",
                "storage_unavailable", "audit_unavailable", "internal",
            ])
    }

    @Test func `only waiting makes the same call succeed`() {
        for code in ErrorCode.allCases { #expect(code.isRetryable == code.suggestedAction.hasPrefix("wait")) }
    }

    @Test func `what can be retried says when`() {
        for error in [HallpassError.overloaded, .storageUnavailable, .tokenExpired, .internal] {
            #expect((error.retryAfterSeconds != nil) == error.code.isRetryable)
        }
    }

    @Test func `a refusal for scopes lists each that is missing`() {
        let error = HallpassError.insufficientScope(missing: Fixture.scopes("a b"))
        #expect(error.details.map(\.message) == ["a", "b"])
        #expect(error.message.contains("a b"))
    }
}
