package import HallpassCrypto
package import StrictJSON

package enum ArgumentsDigest {
    /// SHA-256 of the RFC 8785 form of `{"arguments":…,"tool":…}`: what binds a token to one call.
    package static func of(_ arguments: JSONObject, tool: ToolName) -> SHA256Digest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes += #"{"arguments":"#.utf8
        CanonicalJSON.append(.object(arguments), to: &bytes)
        bytes += #","tool":"#.utf8
        JSONWriter.appendString(tool.rawValue, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return SHA256.hash(bytes)
    }
}
