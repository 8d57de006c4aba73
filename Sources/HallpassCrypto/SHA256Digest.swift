internal import COpenSSL

/// The 32 bytes that SHA-256 or HMAC-SHA-256 gives, held inline: no heap, no reference count.
///
/// `==` may stop at the first byte that differs. It is there for dictionary keys and for digests of public data; what an
/// attacker tries to guess (a token's signature, a client secret's digest) is compared by ``constantTimeEquals(_:)``.
package struct SHA256Digest: Hashable, Sendable {
    package static let byteCount = 32

    // The digest is these words' memory, first byte first; their numeric values mean nothing.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// `nil` unless there are exactly 32 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init { target in unsafe target.copyBytes(from: bytes) }
    }

    /// `body` gets 32 zero bytes to fill.
    @safe
    init<E: Error>(filling body: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
        try unsafe Swift.withUnsafeMutableBytes(of: &words) { (target) throws(E) in try unsafe body(target) }
    }

    package var bytes: [UInt8] {
        withUnsafeBytes { source in unsafe [UInt8](source) }
    }

    /// Lends the 32 bytes for the length of `body`.
    @safe
    package func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe Swift.withUnsafeBytes(of: words) { (source) throws(E) in try unsafe body(source) }
    }

    package func append(to output: inout [UInt8]) {
        withUnsafeBytes { source in unsafe output.append(contentsOf: source) }
    }

    /// Whether all bytes are equal, in a time that does not depend on where they differ.
    package func constantTimeEquals(_ other: SHA256Digest) -> Bool {
        withUnsafeBytes { left in
            other.withUnsafeBytes { right in unsafe ConstantTime.equals(left, right) }
        }
    }

    package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        left.words == right.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
