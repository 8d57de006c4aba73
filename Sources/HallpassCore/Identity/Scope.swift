/// One scope token: 1 to 128 of the visible ASCII characters except `"` and `\`.
///
/// Source: RFC 6749 section 3.3.
package struct Scope: Hashable, Sendable, Comparable {
    package let rawValue: String

    package init?(_ text: String) {
        guard (1...Limits.scopeBytes).contains(text.utf8.count), text.hasOnlyBytes(where: VisibleASCII.contains) else {
            return nil
        }
        rawValue = text
    }

    package static var rule: String { "must be 1 to 128 visible ASCII characters without quote or backslash" }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The alphabet of scopes, tool names and transaction ids: what needs no escaping in a header or in JSON.
enum VisibleASCII {
    static func contains(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != 0x22 && byte != 0x5C
    }
}

/// Scopes without order or repetition, held sorted so that equal sets are written the same way.
package struct ScopeSet: Hashable, Sendable {
    package let scopes: [Scope]

    package static let empty = ScopeSet([])

    package init(_ scopes: some Sequence<Scope>) {
        let scopes = Array(scopes)
        // Most sets are of one, or come from a text that a set was written as.
        let isSorted = zip(scopes, scopes.dropFirst()).allSatisfy { $0 < $1 }
        self.scopes = isSorted ? scopes : Set(scopes).sorted()
    }

    /// Reads the space-separated form of RFC 6749: an empty text is the empty set.
    ///
    /// - Returns: `nil` when a token is malformed, a space stands at an end or twice, or the set is over
    ///   ``Limits/scopesPerSet``.
    package init?(spaceSeparated text: String) {
        guard !text.isEmpty else {
            self = .empty
            return
        }
        if let only = Scope(text) {
            self.init(sorted: [only])
            return
        }
        var scopes: [Scope] = []
        for part in text.utf8.split(separator: 0x20, omittingEmptySubsequences: false) {
            guard let text = String(part), let scope = Scope(text), scopes.count < Limits.scopesPerSet else {
                return nil
            }
            scopes.append(scope)
        }
        self.init(scopes)
    }

    package var isEmpty: Bool { scopes.isEmpty }
    package var spaceSeparated: String {
        scopes.count == 1 ? scopes[0].rawValue : scopes.map(\.rawValue).joined(separator: " ")
    }

    package func contains(_ scope: Scope) -> Bool { scopes.contains(scope) }
    package func isSubset(of other: ScopeSet) -> Bool { scopes.allSatisfy(other.contains) }
    package func intersection(_ other: ScopeSet) -> ScopeSet { ScopeSet(sorted: scopes.filter(other.contains)) }
    package func union(_ other: ScopeSet) -> ScopeSet {
        if other.isEmpty { return self }
        return isEmpty ? other : ScopeSet(scopes + other.scopes)
    }
    package func subtracting(_ other: ScopeSet) -> ScopeSet { ScopeSet(sorted: scopes.filter { !other.contains($0) }) }

    private init(sorted scopes: [Scope]) { self.scopes = scopes }
}
