import HallpassCore
import HallpassCrypto
import StrictJSON

/// Seals what is kept of calls under one tenant's data key: results and arguments may hold personal data.
struct CallVault: Sendable {
    private let sealing: SecretBytes
    private let digesting: HMACSHA256Key
    private let sealingArguments: SecretBytes

    /// - Parameter dataKey: the tenant's, 32 bytes. A key is derived from it for each purpose: to seal outcomes, to compare
    ///   them, and to seal the arguments of calls that wait for a person.
    init(dataKey: SecretBytes) throws(CryptoError) {
        let salt = Array("hallpass/v1".utf8)
        sealing = try HKDFSHA256.deriveKey(from: dataKey, salt: salt, info: Array("outcome-seal".utf8), count: 32)
        digesting = try HMACSHA256Key(
            HKDFSHA256.deriveKey(from: dataKey, salt: salt, info: Array("outcome-digest".utf8), count: 32))
        sealingArguments = try HKDFSHA256.deriveKey(
            from: dataKey, salt: salt, info: Array("approval-arguments-seal".utf8), count: 32)
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

    /// Bound to its approval, so that nobody is shown other arguments than those they decide on.
    func seal(arguments: [UInt8], of approval: ApprovalID) throws(CryptoError) -> [UInt8] {
        try AES256GCM.seal(arguments, key: sealingArguments, associatedData: approval.bytes)
    }

    func open(arguments sealed: [UInt8], of approval: ApprovalID) throws(CryptoError) -> SecretBytes {
        try AES256GCM.open(sealed, key: sealingArguments, associatedData: approval.bytes)
    }
}
