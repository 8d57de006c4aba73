/// The name of one thing in the registry: 1 to 64 bytes of `a-z`, `0-9`, `-`, `_` or `.`, starting with a letter or digit.
///
/// The alphabet needs no escaping in a path, a log line or SQL; the router hands path parameters over undecoded, so an
/// identifier that never needs decoding removes the question. `Owner` is never instantiated: it keeps a tenant's name from
/// being passed where a connector's belongs.
package struct Identifier<Owner>: Hashable, Sendable, Comparable {
    package let rawValue: String

    /// Accepts `text` unchanged or returns `nil`; there is no normalisation.
    package init?(_ text: String) {
        guard text.utf8.count <= Limits.identifierBytes, let first = text.utf8.first, Self.isLetterOrDigit(first),
            text.hasOnlyBytes(where: Self.isAllowed)
        else { return nil }
        rawValue = text
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    package static var rule: String { "must be 1 to 64 of a-z 0-9 - _ . and start with a letter or digit" }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == 0x2D || byte == 0x5F || byte == 0x2E
    }
}

extension Identifier: CustomStringConvertible {
    package var description: String { rawValue }
}

package typealias TenantID = Identifier<Tenant>
package typealias EnvironmentID = Identifier<Environment>
package typealias ConnectorID = Identifier<Connector>
package typealias ClientID = Identifier<Client>
package typealias GrantID = Identifier<Grant>

extension TenantID {
    /// The broker's own tenant: holds platform clients and the audit of what cannot be laid to any tenant.
    package static let platform: TenantID = {
        guard let id = TenantID("platform") else { preconditionFailure("a literal identifier") }
        return id
    }()
}

extension String {
    /// Whether each of the UTF-8 bytes is one of those.
    func hasOnlyBytes(where isAllowed: (UInt8) -> Bool) -> Bool {
        // Only a bridged string has no contiguous storage; those do not exist on Linux.
        utf8.withContiguousStorageIfAvailable { $0.allSatisfy(isAllowed) } ?? utf8.allSatisfy(isAllowed)
    }
}
