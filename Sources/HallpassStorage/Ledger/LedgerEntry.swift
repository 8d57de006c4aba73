package import HallpassCore

/// One thing that must be durable before it is answered, with the audit record that says how it ended.
package struct LedgerEntry: Sendable {
    /// Whose chain the record extends, and whose tokens the action is about.
    package let tenant: TenantID
    package let action: LedgerAction
    package let nowSeconds: Int64
    /// Makes the one record. Runs on the writing thread, and again if the transaction has to be repeated: it must be quick
    /// and have no effect of its own.
    package let audit: @Sendable (LedgerOutcome) -> AuditEntry

    package init(
        tenant: TenantID, action: LedgerAction, nowSeconds: Int64,
        audit: @escaping @Sendable (LedgerOutcome) -> AuditEntry
    ) {
        self.tenant = tenant
        self.action = action
        self.nowSeconds = nowSeconds
        self.audit = audit
    }
}

package enum LedgerAction: Sendable {
    /// Nothing but the record.
    case record
    case issue(TokenRow)
    /// Issues a token on a person's approval, or asks for one.
    case issueOnApproval(ApprovalClaim)
    /// What a person says of a call that waits for them.
    case decide(ApprovalVerdict)
    case use(TokenUse)
    /// What a server says of a call it was let through.
    case report(CallReport)
    /// Ends one token. `isCutOff`: it was dead already.
    case revokeToken(sequence: Int64, id: TokenID, isCutOff: Bool)
    /// Ends every token minted up to now that matches.
    case revoke(RevocationDimension, id: String, author: String, reason: String)
    /// Switches something off, and ends the tokens that are out for it.
    case disable(DisabledThing, author: String, reason: String)
    case enable(DisabledThing)

    /// Whose good tokens it ends, to be counted before.
    var cutoffTarget: (dimension: RevocationDimension, id: String)? {
        switch self {
        case .revoke(let dimension, let id, _, _): (dimension, id)
        case .disable(let thing, _, _): thing.revocation.map { ($0, thing.id) }
        case .record, .issue, .issueOnApproval, .decide, .use, .report, .revokeToken, .enable: nil
        }
    }
}

package enum LedgerOutcome: Sendable {
    case recorded
    case issued
    /// As it stands now.
    case decided(Approval)
    case used
    /// The call was made before under its key; the token is used up all the same.
    case replayed(EarlierCall)
    case refused(Refusal)
    /// `wasLive`: there was such a token and it was good until now.
    case tokenRevoked(wasLive: Bool)
    /// `liveTokens`: how many good tokens it ended, counted just before.
    case cutoff(RevocationCutoff, liveTokens: Int64)
    /// `number`: its place among mints and cutoffs.
    case switched(number: Int64, RevocationCutoff?, liveTokens: Int64)
}

/// A token as the ledger remembers it.
package struct TokenRow: Sendable {
    package let tenant: TenantID
    /// From ``Ledger/nextSequence()``.
    package let sequence: Int64
    package let id: TokenID
    package let kind: TokenKind
    package let deployment: DeploymentID
    package let client: ClientID
    package let subject: Subject
    /// The actor's groups that a grant may depend on.
    package let groups: Set<GroupName>
    /// Unix seconds.
    package let expiresAt: Int64
    package let transaction: TransactionID?
    /// The `act` chain; `nil` where the client acts itself, as most do.
    package let agents: [String]?

    package init(
        tenant: TenantID, sequence: Int64, id: TokenID, kind: TokenKind, deployment: DeploymentID, client: ClientID,
        subject: Subject, groups: Set<GroupName>, expiresAt: Int64, transaction: TransactionID?, act: ActorChain
    ) {
        self.tenant = tenant
        self.sequence = sequence
        self.id = id
        self.kind = kind
        self.deployment = deployment
        self.client = client
        self.subject = subject
        self.groups = groups
        self.expiresAt = expiresAt
        self.transaction = transaction
        agents = act == Subject(client.rawValue).map { ActorChain($0) } ? nil : act.subjects.map(\.rawValue)
    }
}

/// A token about to be used or looked at; everything that does not need the ledger has been checked.
package struct TokenUse: Sendable {
    package let tenant: TenantID
    package let sequence: Int64
    package let id: TokenID
    /// `false` for a peek and for a session token.
    package let consumes: Bool
    /// What cutoffs may call it by. Runs on the writing thread: quick, no effects.
    package let names: @Sendable (RevocationDimension) -> [String]
    /// Whether the call may still be made, given what was kept at mint. Runs on the writing thread: quick, no effects.
    package let refusal: @Sendable (TokenBacking) -> Refusal?
    /// The call this use is for; `nil` for a peek and where no tool runs.
    package let call: CallClaim?

    package init(
        tenant: TenantID, sequence: Int64, id: TokenID, consumes: Bool, call: CallClaim? = nil,
        names: @escaping @Sendable (RevocationDimension) -> [String],
        refusal: @escaping @Sendable (TokenBacking) -> Refusal?
    ) {
        self.tenant = tenant
        self.sequence = sequence
        self.id = id
        self.consumes = consumes
        self.names = names
        self.call = call
        self.refusal = refusal
    }
}

/// One transaction, for the metrics.
package struct LedgerBatch: Sendable {
    package let entryCount: Int
    /// From taking the entries to having them on disk.
    package let commitMicroseconds: Int64
    /// `false`: everyone in it was told so, and nothing of it is on disk.
    package let didCommit: Bool
}
