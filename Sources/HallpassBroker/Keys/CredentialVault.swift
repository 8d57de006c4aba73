import HallpassCore
import HallpassCrypto
import StrictJSON

/// Seals upstream credentials under one tenant's data keys: the newest seals, and those it followed still open.
struct CredentialVault: Sendable {
    private let tenant: TenantID
    /// The newest first; at least one.
    private let keys: [SecretBytes]

    /// - Parameter dataKeys: the tenant's, 32 bytes each, the newest first; at least one.
    init(tenant: TenantID, dataKeys: [SecretBytes]) throws(CryptoError) {
        precondition(!dataKeys.isEmpty, "a vault without a key")
        self.tenant = tenant
        keys = try dataKeys.map { (key) throws(CryptoError) in
            try HKDFSHA256.deriveKey(
                from: key, salt: Array("hallpass/v1".utf8), info: Array("upstream-credential".utf8), count: 32)
        }
    }

    func seal(_ secret: CredentialSecret, of credential: UpstreamCredential) throws(CryptoError) -> [UInt8] {
        let plain = SecretBytes(copying: secret.json.serialized())
        let associatedData = associatedData(credential)
        return try plain.withUnsafeBytes { (bytes) throws(CryptoError) in
            try AES256GCM.seal(bytes, key: keys[0], associatedData: associatedData)
        }
    }

    /// - Returns: `nil` for a secret that is not the one of this row as it stands.
    func open(_ sealed: [UInt8], of credential: UpstreamCredential) -> CredentialSecret? {
        // Why it does not open, and what is wrong with what was in it, is nothing that anybody can act on.
        guard let plain = try? AES256GCM.open(sealed, underAnyOf: keys, associatedData: associatedData(credential)),
            let value = try? plain.withUnsafeBytes({ try JSONParser.parse($0) })
        else { return nil }
        return try? JSONObjectReader.decode(value) { CredentialSecret(credential.kind, reading: $0) }
    }

    /// The same secret, sealed under the newest key; `nil` where it lies under that one already, or opens under none.
    func resealed(_ sealed: [UInt8], of credential: UpstreamCredential) throws(CryptoError) -> [UInt8]? {
        let associatedData = associatedData(credential)
        // That it does not open is what makes it one to be sealed anew.
        guard (try? AES256GCM.open(sealed, key: keys[0], associatedData: associatedData)) == nil,
            let plain = try? AES256GCM.open(sealed, underAnyOf: keys, associatedData: associatedData)
        else { return nil }
        return try plain.withUnsafeBytes { (bytes) throws(CryptoError) in
            try AES256GCM.seal(bytes, key: keys[0], associatedData: associatedData)
        }
    }

    /// Binds a secret to all that says whose it is and where it goes: a row that was moved does not open, nor does one whose
    /// token endpoint was changed to have the secret sent elsewhere. No part can hold a line feed.
    private func associatedData(_ credential: UpstreamCredential) -> [UInt8] {
        let parts = [
            "hallpass/v1", "upstream-credential", tenant.rawValue, credential.deployment.connector.rawValue,
            credential.deployment.environment.rawValue, credential.subject.map { "user:\($0.rawValue)" } ?? "everyone",
            credential.id.rawValue, credential.kind.rawValue, "\(credential.version)", "\(credential.refreshCount)",
        ]
        let authorization = credential.authorization.map { CanonicalJSON.bytes(of: .object($0.json)) } ?? []
        return Array(parts.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")] + authorization
    }
}
