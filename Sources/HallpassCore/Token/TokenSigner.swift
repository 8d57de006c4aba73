import HallpassCrypto
import StrictJSON

package enum TokenSigner {
    /// The compact form of a token: at most ``Limits/tokenBytes`` bytes of ASCII.
    ///
    /// - Throws: ``HallpassError/invalidRequest(_:)`` when the claims are too long for a token,
    ///   ``HallpassError/unavailable`` when libcrypto fails.
    package static func sign(_ claims: TokenClaims, with key: SigningKey) throws(HallpassError) -> String {
        precondition(claims.kind == key.kind && claims.deployment == key.deployment, "a key for other tokens")
        var token = key.headerSegment
        token.append(UInt8(ascii: "."))
        Base64URL.append(encoding: claims.json.serialized(), to: &token)
        do {
            let signature = try key.hmac.authenticationCode(for: token)
            token.append(UInt8(ascii: "."))
            Base64URL.append(encoding: signature, to: &token)
        } catch {
            throw .unavailable
        }
        guard token.count <= Limits.tokenBytes else {
            throw .invalidRequest(path: "", rule: "size", message: "asks for a token of more than 4096 bytes")
        }
        return String(decoding: token, as: UTF8.self)
    }
}
