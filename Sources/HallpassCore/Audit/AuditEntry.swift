package import HallpassCrypto

/// Who did what to what, and how it ended: all of a record but its place in the chain.
///
/// Absent fields are left out of the record. Nothing here can be a secret: tokens and client secrets have no field.
package struct AuditEntry: Hashable, Sendable {
    package var event: AuditEvent
    package var decision: AuditDecision
    /// Milliseconds since 1970.
    package var timeMilliseconds: Int64
    package var requestID: String
    /// The refusal's code as callers saw it.
    package var code: String?
    package var check: Check?
    package var client: ClientID?
    /// The person, where one asked: by the name that they have in this chain's tenant.
    package var admin: String?
    /// The client's or the proxy-reported address, without port.
    package var address: String?
    package var subject: Subject?
    package var act: ActorChain?
    /// Whose token proved who the actor is, or failed to.
    package var issuer: IssuerID?
    /// The same of who acts for them.
    package var actIssuer: IssuerID?
    /// Which check of an identity provider's token refused it.
    package var proofCheck: ProofCheck?
    package var connector: ConnectorID?
    package var environment: EnvironmentID?
    package var tool: ToolName?
    package var scope: ScopeSet?
    package var argumentsDigest: SHA256Digest?
    /// Of the upstream credential that was given.
    package var credentialDigest: SHA256Digest?
    package var tokenID: TokenID?
    package var tokenKind: TokenKind?
    package var callID: CallID?
    /// The approval that was asked for, decided on, or used.
    package var approvalID: ApprovalID?
    package var transaction: TransactionID?
    package var durationMicroseconds: Int64?
    /// What an admin's act was about: `connector crm-mcp`, `actor alice`. Of a call too many, which limit: `limit actor`.
    package var target: String?
    package var revision: Int64?
    /// How many tokens or resources it touched.
    package var count: Int64?
    /// An admin's own words.
    package var reason: String?

    package init(event: AuditEvent, decision: AuditDecision, timeMilliseconds: Int64, requestID: String) {
        self.event = event
        self.decision = decision
        self.timeMilliseconds = timeMilliseconds
        self.requestID = requestID
    }

    /// The same entry, refused.
    package func refused(_ refusal: Refusal) -> AuditEntry {
        var entry = self
        entry.decision = .deny
        entry.code = refusal.error.wireCode
        entry.check = refusal.check
        if case .rateLimited(let kind, _) = refusal.error { entry.target = "limit \(kind.rawValue)" }
        entry.approvalID = refusal.error.approval ?? approvalID
        return entry
    }
}
