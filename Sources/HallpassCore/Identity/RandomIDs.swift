import HallpassCrypto

/// 128 random bits, written as 22 characters of base64url; `Owner` keeps a token's id from standing in for a call's.
///
/// Held inline: no heap, no reference count.
package struct RandomID<Owner>: Hashable, Sendable {
    package static var byteCount: Int { 16 }

    // The id is these words' memory, first byte first; their numeric values mean nothing.
    private var words: (UInt64, UInt64) = (0, 0)

    /// - Returns: `nil` unless there are 16 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        Swift.withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// Reads the text form; anything but 22 characters of strict base64url is refused.
    package init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ Self(utf8: $0) }) else { return nil }
        self = id
    }

    /// The same for text that is lent.
    init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard Swift.withUnsafeMutableBytes(of: &words, { Base64URL.decode(text, filling: $0) }) else { return nil }
    }

    package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    package var text: String { withUnsafeBytes { Base64URL.encode($0) } }

    /// Lends the 16 bytes for the length of `body`.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: words, body)
    }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
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
