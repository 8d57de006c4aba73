/// Somebody who decides on approvals, under every name by which they could be part of a call.
package struct Approver: Hashable, Sendable {
    /// As the registry's history names authors.
    package let author: String
    private let names: Set<String>

    package init(author: String, names: some Sequence<String>) {
        self.author = author
        self.names = Set(names.map { $0.lowercased() })
    }

    /// Nobody decides on their own call: not the person it is for, nor whoever acts for them, nor the client that mints.
    ///
    /// Whoever is called the same but for the case of a letter may be the same person, and what is unsure is refused.
    package func mayDecide(on call: ApprovableCall) -> Bool {
        names.isDisjoint(with: call.parties.map { $0.lowercased() })
    }
}
