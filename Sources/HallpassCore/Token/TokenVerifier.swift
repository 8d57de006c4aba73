package import HallpassCrypto

/// A token whose signature matched and whose claims are complete; only ``TokenVerifier``, in this file, can make one.
///
/// It says that the broker once signed this, not that it is good now: that is for ``VerifyPolicy`` and the ledger.
package final class VerifiedToken: Sendable {
    package let claims: TokenClaims
    package let key: KeyID
    /// Over header and claims; the ledger knows the token again by it.
    package let signature: SHA256Digest

    fileprivate init(claims: TokenClaims, key: KeyID, signature: SHA256Digest) {
        self.claims = claims
        self.key = key
        self.signature = signature
    }
}

/// Bytes in, signed claims out.
package enum TokenVerifier {
    /// - Parameter keys: of the caller's own tenant. Another tenant's token meets no key here, as one that never was.
    /// - Throws: ``HallpassError/unknownKey``, ``HallpassError/badSignature``, ``HallpassError/malformedToken`` when a good
    ///   signature covers claims that are not ours, ``HallpassError/unavailable`` when libcrypto fails.
    package static func verify(_ token: UnverifiedToken, keys: KeyRing) throws(HallpassError) -> VerifiedToken {
        let key = keys.key(headerSegment: token.headerSegment)
        let matches: Bool
        do {
            let hmac = key?.hmac ?? keys.decoy
            matches = try token.signedBytes.withUnsafeBytes { (signed) throws(CryptoError) in
                try hmac.isValid(token.signature, for: signed)
            }
        } catch {
            throw .unavailable
        }
        guard let key else { throw .unknownKey }
        guard matches else { throw .badSignature }
        guard let claims = TokenClaims(payload: token.payload, signedWith: key) else { throw .malformedToken }
        return VerifiedToken(claims: claims, key: key.id, signature: token.signature)
    }
}
