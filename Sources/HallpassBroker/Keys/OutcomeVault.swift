import HallpassCore
import HallpassCrypto
import StrictJSON

/// Seals what servers report of their calls under one tenant's data key: results may hold personal data.
struct OutcomeVault: Sendable {
    private let sealing: SecretBytes
    private let digesting: HMACSHA256Key

    /// - Parameter dataKey: the tenant's, 32 bytes. Two keys are derived from it, one to seal with and one to compare with.
    init(dataKey: SecretBytes) throws(CryptoError) {
        let salt = Array("hallpass/v1".utf8)
        sealing = try HKDFSHA256.deriveKey(from: dataKey, salt: salt, info: Array("outcome-seal".utf8), count: 32)
        digesting = try HMACSHA256Key(
            HKDFSHA256.deriveKey(from: dataKey, salt: salt, info: Array("outcome-digest".utf8), count: 32))
    }

    /// Bound to its call, so that a row moved elsewhere does not open.
    func seal(_ outcome: [UInt8], of call: CallID) throws(CryptoError) -> [UInt8] {
        try AES256GCM.seal(outcome, key: sealing, associatedData: call.bytes)
    }

    func open(_ sealed: [UInt8], of call: CallID) throws(CryptoError) -> SecretBytes {
        try AES256GCM.open(sealed, key: sealing, associatedData: call.bytes)
    }

    /// Tells one outcome from another without telling what it is.
    func digest(_ outcome: [UInt8], of call: CallID) throws(CryptoError) -> SHA256Digest {
        try digesting.authenticationCode(for: call.bytes + outcome)
    }
}
