package import HallpassCrypto
import StrictJSON

/// A token as it leaves: at most ``Limits/tokenBytes`` bytes of ASCII, and the signature that ends it.
package struct SignedToken: Sendable {
    package let text: String
    /// Over header and claims: whatever differs in a token differs here.
    package let signature: SHA256Digest
}

package enum TokenSigner {
    /// The compact form of a token.
    ///
    /// - Throws: ``HallpassError/invalidRequest(_:)`` when the claims are too long for a token,
    ///   ``HallpassError/unavailable`` when libcrypto fails.
    package static func sign(_ claims: TokenClaims, with key: SigningKey) throws(HallpassError) -> SignedToken {
        precondition(claims.kind == key.kind && claims.deployment == key.deployment, "a key for other tokens")
        let payload = claims.payload
        var token: [UInt8] = []
        // All of it, so that it is not moved as it grows.
        token.reserveCapacity(key.headerSegment.count + payload.count / 3 * 4 + 64)
        token += key.headerSegment
        token.append(UInt8(ascii: "."))
        Base64URL.append(encoding: payload, to: &token)
        let signature: SHA256Digest
        do {
            signature = try key.hmac.authenticationCode(for: token)
            token.append(UInt8(ascii: "."))
            Base64URL.append(encoding: signature, to: &token)
        } catch {
            throw .unavailable
        }
        guard token.count <= Limits.tokenBytes else {
            throw .invalidRequest(path: "", rule: "size", message: "asks for a token of more than 4096 bytes")
        }
        return SignedToken(text: String(decoding: token, as: UTF8.self), signature: signature)
    }
}
