import HallpassCrypto

/// A token as someone sent it. Nothing in it is to be believed; it has the shape of a token and that is all.
package struct UnverifiedToken: Sendable {
    let headerSegment: [UInt8]
    /// `header.payload`, the bytes that were signed, exactly as received.
    let signedBytes: ArraySlice<UInt8>
    let payload: [UInt8]
    let signature: SHA256Digest

    /// Three segments of base64url without padding, the last one of 32 bytes, at most 4,096 bytes in all.
    ///
    /// - Throws: ``HallpassError/malformedToken``. Source: RFC 7515 section 3.1.
    package init(_ text: some Sequence<UInt8>) throws(HallpassError) {
        let bytes = Array(text)
        guard bytes.count <= Limits.tokenBytes else { throw .malformedToken }
        let segments = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard segments.count == 3, !segments[0].isEmpty, !segments[1].isEmpty,
            Base64URL.decode(segments[0]) != nil, let payload = Base64URL.decode(segments[1]),
            let signature = Base64URL.decodeDigest(segments[2])
        else { throw .malformedToken }
        headerSegment = Array(segments[0])
        signedBytes = bytes[..<segments[1].endIndex]
        self.payload = payload
        self.signature = signature
    }
}
