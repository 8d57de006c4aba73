import HallpassCrypto

/// 128 random bits, written as 22 characters of base64url; `Owner` keeps a token's id from standing in for a call's.
package struct RandomID<Owner>: Hashable, Sendable {
    package static var byteCount: Int { 16 }

    package let bytes: [UInt8]

    /// - Returns: `nil` unless there are 16 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Reads the text form; anything but 22 characters of strict base64url is refused.
    package init?(_ text: String) {
        guard text.utf8.count == 22, let bytes = Base64URL.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    package var text: String { Base64URL.encode(bytes) }
}

/// A token's `jti`.
package typealias TokenID = RandomID<TokenClaims>

/// One execution that the broker allowed.
package typealias CallID = RandomID<CallIDOwner>

/// A call that a person is asked about.
package typealias ApprovalID = RandomID<Approval>

/// A signing key's `kid`.
package typealias KeyID = RandomID<SigningKey>

package enum CallIDOwner {}

/// The caller's own transaction id: 1 to 128 visible ASCII characters without quote or backslash; carried, never interpreted.
package struct TransactionID: Hashable, Sendable {
    package let rawValue: String

    package init?(_ text: String) {
        guard (1...Limits.transactionIDBytes).contains(text.utf8.count), text.hasOnlyBytes(where: VisibleASCII.contains)
        else {
            return nil
        }
        rawValue = text
    }

    package static var rule: String { "must be 1 to 128 visible ASCII characters without quote or backslash" }
}
