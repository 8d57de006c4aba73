/// What the ledger vouches for of a token, and the token itself does not say: known only when its row is at hand.
package struct TokenBacking: Hashable, Sendable {
    /// The actor's groups that a grant may depend on, as they were proven at mint.
    package let groups: Set<GroupName>
    /// It was minted on a person's approval of this very call.
    package let isApproved: Bool

    package init(groups: Set<GroupName> = [], isApproved: Bool = false) {
        self.groups = groups
        self.isApproved = isApproved
    }
}
