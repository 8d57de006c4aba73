package import HallpassCore
package import HallpassStorage

/// What an operator must hear of at once.
package enum Alarm: Sendable {
    /// A token with a good signature that the ledger never issued: the key has leaked.
    case tokenNotIssued(tenant: TenantID, key: KeyID)
    /// The key encryption keys cannot be read, or the new one not put in the old one's place.
    case keyCustody
    /// People of an identity provider may not get tokens, or soon will not.
    case keySetNotFetched(tenant: TenantID, host: String, reason: StaticText)
    /// A chain that was to be trimmed does not fit together.
    case auditNotSound(tenant: TenantID)
    /// A copy of a database took its place and was cut off from its past.
    case pastCutOff(RestoreFence, endedTokens: Int64)

    /// Whether someone is in danger, and not only in want.
    package var isCritical: Bool {
        switch self {
        case .tokenNotIssued, .keyCustody, .auditNotSound: true
        case .keySetNotFetched, .pastCutOff: false
        }
    }

    package var message: String {
        switch self {
        case .tokenNotIssued(let tenant, let key):
            "A token of tenant \(tenant) was well signed with key \(key.text) but never issued: that key has leaked."
        case .keyCustody:
            "The new key file cannot be read or put in the old one's place; both are needed until it can."
        case .auditNotSound(let tenant):
            "The audit of tenant \(tenant) does not fit together and is not trimmed: hallpass audit verify names the record."
        case .keySetNotFetched(let tenant, let host, let reason):
            "The keys of tenant \(tenant)'s identity provider at \(host) could not be fetched: \(reason.text)."
        case .pastCutOff(let fence, let endedTokens):
            "The database is \(fence.text): every token, approval and session from before is ended, \(endedTokens) live tokens"
                + " among them, and all signing keys are new. What was changed since the copy has to be done again."
        }
    }
}
