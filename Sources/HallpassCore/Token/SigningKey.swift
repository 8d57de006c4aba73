package import HallpassCrypto

/// The key that signs and checks one kind of token for one deployment.
///
/// Derived from the tenant's root, so that one leaked key forges nothing elsewhere:
/// `HKDF-SHA256(root, salt: "hallpass/v1", info: label, tenant, environment, connector, kid)`, each part of `info` preceded
/// by its length in two bytes, big-endian.
///
/// A class, because each call looks one up, and to copy a value is to count each of its parts.
package final class SigningKey: Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        case active
        case verifyOnly = "verify_only"
        case retired
    }

    package let id: KeyID
    package let kind: TokenKind
    package let deployment: DeploymentID
    package let state: State
    /// The whole first segment of every token this key signs; it is compared, never parsed.
    package let headerSegment: [UInt8]
    package let hmac: HMACSHA256Key

    package init(
        id: KeyID, kind: TokenKind, tenant: TenantID, deployment: DeploymentID, state: State,
        root: SecretBytes
    ) throws(CryptoError) {
        var info: [UInt8] = []
        for part in [
            "\(kind.rawValue)-token", tenant.rawValue, deployment.environment.rawValue, deployment.connector.rawValue,
            id.text,
        ] {
            let bytes = Array(part.utf8)
            info += [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
            info += bytes
        }
        let key = try HKDFSHA256.deriveKey(from: root, salt: Array("hallpass/v1".utf8), info: info, count: 32)
        self.id = id
        self.kind = kind
        self.deployment = deployment
        self.state = state
        headerSegment = TokenHeader.segment(kind: kind, key: id)
        hmac = try HMACSHA256Key(key)
    }
}

/// The first segment of a token: `{"alg":"HS256","typ":"call+jwt","kid":"…"}`, no spaces, in that order.
package enum TokenHeader {
    package static func segment(kind: TokenKind, key: KeyID) -> [UInt8] {
        let json = #"{"alg":"HS256","typ":"\#(kind.headerType)","kid":"\#(key.text)"}"#
        return Array(Base64URL.encode(Array(json.utf8)).utf8)
    }
}
