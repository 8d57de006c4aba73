import HallpassCore
import HallpassCrypto
import StrictJSON

/// Seals what is kept of calls under one tenant's data keys: results and arguments may hold personal data. The newest key
/// seals, and those it followed still open what was sealed with them.
struct CallVault: Sendable {
    /// The newest first; at least one.
    private let keys: [Keys]

    /// A key for each purpose: to seal outcomes, to compare them, and to seal the arguments of calls that wait for a person.
    private struct Keys: Sendable {
        let sealing: SecretBytes
        let digesting: HMACSHA256Key
        let sealingArguments: SecretBytes

        init(dataKey: SecretBytes) throws(CryptoError) {
            let salt = Array("hallpass/v1".utf8)
            sealing = try HKDFSHA256.deriveKey(from: dataKey, salt: salt, info: Array("outcome-seal".utf8), count: 32)
            digesting = try HMACSHA256Key(
                HKDFSHA256.deriveKey(from: dataKey, salt: salt, info: Array("outcome-digest".utf8), count: 32))
            sealingArguments = try HKDFSHA256.deriveKey(
                from: dataKey, salt: salt, info: Array("approval-arguments-seal".utf8), count: 32)
        }
    }

    /// - Parameter dataKeys: the tenant's, 32 bytes each, the newest first; at least one.
    init(dataKeys: [SecretBytes]) throws(CryptoError) {
        precondition(!dataKeys.isEmpty, "a vault without a key")
        keys = try dataKeys.map { (key) throws(CryptoError) in try Keys(dataKey: key) }
    }

    /// Bound to its call, so that a row moved elsewhere does not open.
    func seal(_ outcome: [UInt8], of call: CallID) throws(CryptoError) -> [UInt8] {
        try AES256GCM.seal(outcome, key: keys[0].sealing, associatedData: call.bytes)
    }

    func open(_ sealed: [UInt8], of call: CallID) throws(CryptoError) -> SecretBytes {
        try AES256GCM.open(sealed, underAnyOf: keys.map(\.sealing), associatedData: call.bytes)
    }

    /// Tells one outcome from another without telling what it is; under each key, the newest first.
    func digests(_ outcome: [UInt8], of call: CallID) throws(CryptoError) -> [SHA256Digest] {
        try keys.map { (keys) throws(CryptoError) in try keys.digesting.authenticationCode(for: call.bytes + outcome) }
    }

    /// Bound to its approval, so that nobody is shown other arguments than those they decide on.
    func seal(arguments: [UInt8], of approval: ApprovalID) throws(CryptoError) -> [UInt8] {
        try AES256GCM.seal(arguments, key: keys[0].sealingArguments, associatedData: approval.bytes)
    }

    func open(arguments sealed: [UInt8], of approval: ApprovalID) throws(CryptoError) -> SecretBytes {
        try AES256GCM.open(sealed, underAnyOf: keys.map(\.sealingArguments), associatedData: approval.bytes)
    }
}

extension AES256GCM {
    /// - Throws: what the last of the keys says.
    static func open(
        _ sealed: [UInt8], underAnyOf keys: [SecretBytes], associatedData: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        for key in keys.dropLast() {
            // Most likely another's; the last attempt says what is wrong with it.
            if let opened = try? open(sealed, key: key, associatedData: associatedData) { return opened }
        }
        return try open(sealed, key: keys[keys.count - 1], associatedData: associatedData)
    }
}
