package import HallpassCrypto
package import StrictJSON

package enum ArgumentsDigest {
    /// SHA-256 of the RFC 8785 form of `{"arguments":…,"tool":…}`: what binds a token to one call.
    package static func of(_ arguments: JSONObject, tool: ToolName) -> SHA256Digest {
        var object = JSONObject()
        object["arguments"] = .object(arguments)
        object["tool"] = .string(tool.rawValue)
        return SHA256.hash(CanonicalJSON.bytes(of: .object(object)))
    }
}
