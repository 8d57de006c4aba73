package import HallpassCore

/// What an operator must hear of at once.
package enum Alarm: Sendable {
    /// A token with a good signature that the ledger never issued: the key has leaked.
    case tokenNotIssued(tenant: TenantID, key: KeyID)

    package var message: String {
        switch self {
        case .tokenNotIssued(let tenant, let key):
            "A token of tenant \(tenant) was well signed with key \(key.text) but never issued: that key has leaked."
        }
    }
}
