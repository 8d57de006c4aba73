package import HallpassCore
package import HallpassCrypto

/// One thing that must be durable before it is answered, with the audit record that says how it ended.
///
/// A class, because it is handed from the caller's task to the writing thread and waited for on the way.
package final class LedgerEntry: Sendable {
    /// Whose chain the record extends, and whose tokens the action is about.
    package let tenant: TenantID
    package let action: LedgerAction
    package let nowSeconds: Int64
    /// Makes the one record. Runs on the writing thread, again if the transaction has to be repeated, and perhaps where the entry
    /// is made: it must be quick and have no effect of its own.
    private let audit: @Sendable (LedgerOutcome) -> AuditEntry
    /// Of the likely outcome, so that the writing thread need not write it: that took it an eighth of its time.
    private let likely: RecordDraft?

    package init(
        tenant: TenantID, action: LedgerAction, nowSeconds: Int64,
        audit: @escaping @Sendable (LedgerOutcome) -> AuditEntry
    ) {
        self.tenant = tenant
        self.action = action
        self.nowSeconds = nowSeconds
        self.audit = audit
        likely = action.likelyOutcome.map { RecordDraft(audit($0), of: tenant) }
    }

    /// The same where it is known what to record if nothing stands in the way: asked for like the rest, it was copied twice more,
    /// some hundred counted references.
    ///
    /// - Parameters:
    ///   - expected: what is recorded of the action's likely outcome, if it has one.
    ///   - ended: makes of it what is recorded of any other outcome; of an action without a likely one, of all.
    package init(
        tenant: TenantID, action: LedgerAction, nowSeconds: Int64, expected: AuditEntry,
        ended: @escaping @Sendable (AuditEntry, LedgerOutcome) -> AuditEntry
    ) {
        self.tenant = tenant
        self.action = action
        self.nowSeconds = nowSeconds
        likely = action.likelyOutcome == nil ? nil : RecordDraft(expected, of: tenant)
        audit = { ended(expected, $0) }
    }

    /// What waits for many must have been counted.
    ///
    /// Asked here and not where every call waits: an async function that looks into the action keeps a copy of it, 1.2 KB on the
    /// heap.
    @inline(never)
    func requireNoCutoff() {
        precondition(action.cutoffTarget == nil, "a cutoff whose tokens nobody has counted")
    }

    func record(_ outcome: LedgerOutcome) -> RecordDraft {
        if let likely, outcome.isLikely { return likely }
        return RecordDraft(audit(outcome), of: tenant)
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
    case revokeToken(ShownToken, isCutOff: Bool)
    /// Ends every token minted up to now that matches.
    case revoke(RevocationDimension, id: String, author: String, reason: String)
    /// Switches something off, and ends the tokens that are out for it.
    case disable(DisabledThing, author: String, reason: String)
    case enable(DisabledThing)

    /// How it ends where nothing stands in its way, for those that every call makes.
    var likelyOutcome: LedgerOutcome? {
        switch self {
        case .record: .recorded
        case .issue: .issued
        case .use: .used
        case .issueOnApproval, .decide, .report, .revokeToken, .revoke, .disable, .enable: nil
        }
    }

    /// Whose good tokens it ends, to be counted before.
    var cutoffTarget: (dimension: RevocationDimension, id: String)? {
        switch self {
        case .revoke(let dimension, let id, _, _): (dimension, id)
        case .disable(let thing, _, _): thing.revocation.map { ($0, thing.id) }
        case .record, .issue, .issueOnApproval, .decide, .use, .report, .revokeToken, .enable: nil
        }
    }
}

/// How an entry ended. What it carries lies elsewhere, so that whoever waits for it keeps a word: most carry nothing.
package indirect enum LedgerOutcome: Sendable {
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

    /// Whether it is the likely one of an action that has one.
    var isLikely: Bool {
        switch self {
        case .recorded, .issued, .used: true
        case .decided, .replayed, .refused, .tokenRevoked, .cutoff, .switched: false
        }
    }
}

/// A token as the ledger remembers it.
package struct TokenRow: Sendable {
    package let tenant: TenantID
    /// From ``Ledger/nextSequence()``.
    package let sequence: Int64
    package let id: TokenID
    /// Over all its claims: what is shown later under its number is this token or another.
    package let signature: SHA256Digest
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
        _ claims: TokenClaims, signature: SHA256Digest, groups: Set<GroupName>
    ) {
        tenant = claims.tenant
        sequence = claims.sequence
        id = claims.id
        self.signature = signature
        kind = claims.kind
        deployment = claims.deployment
        client = claims.client
        subject = claims.subject
        self.groups = groups
        expiresAt = claims.expiresAt
        transaction = claims.transaction
        agents =
            claims.act == Subject(client.rawValue).map { ActorChain($0) } ? nil : claims.act.subjects.map(\.rawValue)
    }
}

/// A token that someone shows, as the ledger looks it up: by its number, and by its signature for the one it issued.
///
/// Number and id of a live token are no secret to whoever sees it. With a leaked key they can be signed under other claims,
/// never under the same signature.
package struct ShownToken: Sendable {
    package let sequence: Int64
    package let signature: SHA256Digest
    /// Unix seconds.
    package let expiresAt: Int64

    package init(sequence: Int64, signature: SHA256Digest, expiresAt: Int64) {
        self.sequence = sequence
        self.signature = signature
        self.expiresAt = expiresAt
    }

    package init(_ token: VerifiedToken) {
        self.init(
            sequence: token.claims.sequence, signature: token.signature, expiresAt: token.claims.expiresAt)
    }
}

/// A token about to be used or looked at; everything that does not need the ledger has been checked.
package struct TokenUse: Sendable {
    package let tenant: TenantID
    package let token: ShownToken
    /// `false` for a peek and for a session token.
    package let consumes: Bool
    /// What cutoffs may call it by. Runs on the writing thread: quick, no effects.
    package let names: @Sendable (RevocationDimension) -> [String]
    /// Whether the call may still be made, given what was kept at mint. Runs on the writing thread: quick, no effects.
    package let refusal: @Sendable (TokenBacking) -> Refusal?
    /// The call this use is for; `nil` for a peek and where no tool runs.
    package let call: CallClaim?

    package init(
        _ token: ShownToken, of tenant: TenantID, consumes: Bool, call: CallClaim? = nil,
        names: @escaping @Sendable (RevocationDimension) -> [String],
        refusal: @escaping @Sendable (TokenBacking) -> Refusal?
    ) {
        self.tenant = tenant
        self.token = token
        self.consumes = consumes
        self.names = names
        self.call = call
        self.refusal = refusal
    }
}

/// One transaction, for the metrics.
package struct LedgerBatch: Sendable {
    package let entryCount: Int
    /// From taking the first of them to having all on disk.
    package let commitMicroseconds: Int64
    /// What the system said where nothing of it is on disk, and everyone in it was told so.
    package let failure: String?

    package var didCommit: Bool { failure == nil }
}
