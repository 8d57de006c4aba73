package import HallpassCrypto
package import StrictJSON

package enum ArgumentsDigest {
    /// SHA-256 of the RFC 8785 form of `{"arguments":…,"tool":…}`: what binds a token to one call.
    package static func of(_ arguments: JSONObject, tool: ToolName) -> SHA256Digest {
        SHA256.hash(canonical(arguments, tool: tool, finding: nil).bytes)
    }

    /// The same of a call, and of it without the key that its arguments may hold: a retry may carry its key elsewhere than the
    /// first call did.
    ///
    /// - Returns: `withoutKey` is `whole` where there is no key among the arguments.
    static func both(_ arguments: JSONObject, tool: ToolName) -> (whole: SHA256Digest, withoutKey: SHA256Digest) {
        let (bytes, key) = canonical(arguments, tool: tool, finding: "idempotency_key")
        let whole = SHA256.hash(bytes)
        guard let key else { return (whole, whole) }
        // Its bytes are left out: canonical once, and not twice.
        var stream = SHA256Stream()
        bytes.withUnsafeBytes { bytes in
            stream.update(UnsafeRawBufferPointer(rebasing: bytes[..<key.lowerBound]))
            stream.update(UnsafeRawBufferPointer(rebasing: bytes[key.upperBound...]))
        }
        return (whole, stream.finalize())
    }

    private static func canonical(
        _ arguments: JSONObject, tool: ToolName, finding name: String?
    ) -> (bytes: [UInt8], found: Range<Int>?) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes += #"{"arguments":"#.utf8
        let found = CanonicalJSON.append(arguments, to: &bytes, finding: name)
        bytes += #","tool":"#.utf8
        JSONWriter.appendString(tool.rawValue, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return (bytes, found)
    }
}
