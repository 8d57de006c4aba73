import StrictJSON

/// A token that one of the issuer's keys has signed; only ``IdentityTokenVerifier``, in this file, can make one.
///
/// It says that the issuer once said this, not that it is meant for us or still holds: that is for ``IdentityPolicy``.
package struct VerifiedIdentityToken: Sendable {
    package let issuer: Issuer
    let claims: JSONObject

    fileprivate init(issuer: Issuer, claims: JSONObject) {
        self.issuer = issuer
        self.claims = claims
    }
}

package enum IdentityTokenVerifier {
    /// Finds the issuer whose token this would be, and asks what can be asked before its keys are there.
    ///
    /// - Parameter snapshot: of the presenter's own tenant: another's issuer is one that never was.
    /// - Returns: the issuer whose keys are to be brought to ``verify(_:of:with:)``.
    package static func issuer(
        of token: UnverifiedIdentityToken, as type: IdentityTokenType, in snapshot: TenantSnapshot
    ) throws(ProofFailure) -> Issuer {
        guard let url = token.claimedIssuer, let issuer = snapshot.issuersByURL[url] else {
            throw ProofFailure(.issuer, .issuerUnknown)
        }
        guard issuer.tokenTypes.contains(type), token.mayBe(type) else {
            throw ProofFailure(.tokenType, "the token is of a type that does not count here")
        }
        guard let algorithm = token.algorithm, issuer.algorithms.contains(algorithm) else {
            throw ProofFailure(.algorithm, "the token is signed in a way that its issuer is not registered for")
        }
        return issuer
    }

    /// - Parameters:
    ///   - issuer: as ``issuer(of:as:in:)`` found it.
    ///   - keys: that issuer's.
    package static func verify(
        _ token: UnverifiedIdentityToken, of issuer: Issuer, with keys: VerificationKeys
    ) throws(ProofFailure) -> VerifiedIdentityToken {
        guard token.claimedIssuer == issuer.url else { throw ProofFailure(.issuer, .issuerUnknown) }
        guard let algorithm = token.algorithm, issuer.algorithms.contains(algorithm) else {
            throw ProofFailure(.algorithm, "the token is signed in a way that its issuer is not registered for")
        }
        guard let key = keys.key(token.keyID) else {
            throw ProofFailure(.key, "the token names no key, or one that its issuer does not have")
        }
        // A key is good for one algorithm, whatever the token says: no public key is ever taken for a secret.
        guard key.algorithm == algorithm else {
            throw ProofFailure(.key, "the token's key is not one for its algorithm")
        }
        guard key.isValid(token.signature, token.signedBytes) else {
            throw ProofFailure(.signature, "the token's signature does not match")
        }
        return VerifiedIdentityToken(issuer: issuer, claims: token.claims)
    }
}

extension UnverifiedIdentityToken {
    /// Whether it is what its presenter says: a logout token or some other kind of statement is no proof of who someone is.
    ///
    /// Source: RFC 9068 section 2.1 (`at+jwt`); RFC 8417 section 2.2 (`events`); RFC 8725 section 3.11.
    fileprivate func mayBe(_ presented: IdentityTokenType) -> Bool {
        guard !claims.contains("events") else { return false }
        switch type {
        case nil, "jwt", "application/jwt": return true
        case "at+jwt", "application/at+jwt": return presented != .idToken
        default: return false
        }
    }
}
