import HallpassCrypto

/// A token as someone sent it. Nothing in it is to be believed; it has the shape of a token and that is all.
package struct UnverifiedToken: Sendable {
    let headerSegment: ArraySlice<UInt8>
    /// `header.payload`, the bytes that were signed, exactly as received.
    let signedBytes: ArraySlice<UInt8>
    let payload: [UInt8]
    let signature: SHA256Digest

    /// Three segments of base64url without padding, the last one of 32 bytes, at most 4,096 bytes in all.
    ///
    /// - Throws: ``HallpassError/malformedToken``. Source: RFC 7515 section 3.1.
    package init(_ bytes: [UInt8]) throws(HallpassError) {
        guard bytes.count <= Limits.tokenBytes else { throw .malformedToken }
        let dot = UInt8(ascii: ".")
        guard let first = bytes.firstIndex(of: dot), let second = bytes[(first + 1)...].firstIndex(of: dot),
            first > 0, second > first + 1, Base64URL.isEncoding(bytes[..<first]),
            let payload = Base64URL.decode(bytes[(first + 1)..<second]),
            let signature = Base64URL.decodeDigest(bytes[(second + 1)...])
        else { throw .malformedToken }
        headerSegment = bytes[..<first]
        signedBytes = bytes[..<second]
        self.payload = payload
        self.signature = signature
    }
}
