import HallpassCrypto

/// A token as someone sent it. Nothing in it is to be believed; it has the shape of a token and that is all.
package struct UnverifiedToken: Sendable {
    private static let signatureCharacters = 43

    private let bytes: [UInt8]
    /// Where the dot before the payload stands.
    private let headerEnd: Int
    let payload: [UInt8]
    let signature: SHA256Digest

    /// Three segments of base64url without padding, the last one of 32 bytes, at most 4,096 bytes in all.
    ///
    /// - Throws: ``HallpassError/malformedToken``. Source: RFC 7515 section 3.1.
    package init(_ bytes: [UInt8]) throws(HallpassError) {
        let dot = UInt8(ascii: ".")
        // The last segment has one length, so the dot before it need not be looked for: that took as long as decoding does,
        // 240 ns. A dot that stands elsewhere is in no alphabet.
        let payloadEnd = bytes.count - Self.signatureCharacters - 1
        guard bytes.count <= Limits.tokenBytes, payloadEnd > 0, bytes[payloadEnd] == dot,
            let headerEnd = bytes.firstIndex(of: dot), headerEnd > 0, payloadEnd > headerEnd + 1,
            Base64URL.isEncoding(bytes[..<headerEnd]),
            let payload = Base64URL.decode(bytes[(headerEnd + 1)..<payloadEnd]),
            let signature = Base64URL.decodeDigest(bytes[(payloadEnd + 1)...])
        else { throw .malformedToken }
        self.bytes = bytes
        self.headerEnd = headerEnd
        self.payload = payload
        self.signature = signature
    }

    var headerSegment: ArraySlice<UInt8> { bytes[..<headerEnd] }

    /// `header.payload`, the bytes that were signed, exactly as received.
    var signedBytes: ArraySlice<UInt8> { bytes[..<(bytes.count - Self.signatureCharacters - 1)] }
}
