import StrictJSON

/// A name that someone else gave and that is compared byte for byte: 1 to 255 bytes of UTF-8 without control characters.
///
/// `String` compares by Unicode equivalence; two byte sequences that look alike must stay two people here.
package struct OpaqueText<Owner>: Hashable, Sendable, Comparable {
    package let rawValue: String

    /// Accepts `text` unchanged or returns `nil`.
    package init?(_ text: String) {
        guard (1...Limits.subjectBytes).contains(text.utf8.count),
            text.hasOnlyBytes(where: { $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        rawValue = text
    }

    package static var rule: String { "must be 1 to 255 bytes without control characters" }

    package static func == (left: Self, right: Self) -> Bool {
        left.rawValue.hasSameBytes(as: right.rawValue)
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        rawValue.hashBytes(into: &hasher)
    }
}

/// The `sub` of an actor, of an agent, or of a client acting as one.
package typealias Subject = OpaqueText<Actor>

/// A group an actor belongs to, as its proof says.
package typealias GroupName = OpaqueText<GroupOwner>

package enum GroupOwner {}
