/// One key of an issuer, ready to check signatures with.
package struct VerificationKey: Sendable {
    package let id: KeyName?
    package let algorithm: SignatureAlgorithm
    /// Takes a signature and the bytes it should cover. The cryptography is a library's and comes from outside.
    package typealias Check = @Sendable (_ signature: [UInt8], _ signed: [UInt8]) -> Bool
    package let isValid: Check

    package init(id: KeyName?, algorithm: SignatureAlgorithm, isValid: @escaping Check) {
        self.id = id
        self.algorithm = algorithm
        self.isValid = isValid
    }
}

/// The keys of one issuer, as registered or as last published.
package struct VerificationKeys: Sendable {
    private let byID: [KeyName: VerificationKey]
    /// The key for tokens that name none.
    private let only: VerificationKey?

    package static let none = VerificationKeys([])

    package init(_ keys: [VerificationKey]) {
        byID = Dictionary(keys.compactMap { key in key.id.map { ($0, key) } }, uniquingKeysWith: { first, _ in first })
        only = keys.count == 1 ? keys.first : nil
    }

    /// - Parameter id: the token's `kid`; without one there must be only one key it can mean.
    package func key(_ id: KeyName?) -> VerificationKey? {
        guard let id else { return only }
        return byID[id]
    }
}
