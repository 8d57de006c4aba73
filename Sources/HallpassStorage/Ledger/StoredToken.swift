import HallpassCore
import HallpassCrypto

/// A row of `token`, as far as a use of it asks.
struct StoredToken {
    /// To be followed by whether it is used, or NULL where nobody asks.
    static let columns = "state, expires_at, signature, groups, approval"
    static let isUsedSQL = """
        EXISTS (
            SELECT 1 FROM used_token AS used WHERE used.tenant_id = token.tenant_id AND used.sequence = token.sequence)
        """

    let state: Int64
    /// `nil` where it was not asked for.
    let isUsed: Bool?
    let expiresAt: Int64
    private let groupsText: String?
    private let isApproved: Bool

    /// How much of a signature a row has. To sign other claims so that these agree is to find a second preimage of 128 bits
    /// within the life of a token.
    private static let signatureBytes = 16

    static func kept(_ signature: SHA256Digest) -> [UInt8] {
        signature.withUnsafeBytes { Array($0.prefix(signatureBytes)) }
    }

    /// - Parameter row: of ``columns``, and of one more.
    /// - Returns: `nil` where it is of another token than the one with this signature.
    init?(_ row: LedgerRow, if signature: SHA256Digest) {
        // Tokens from before signatures were kept have none. All of them were ended then.
        let isSigned = row.withBytes(at: 2) { kept in
            kept.isEmpty || signature.withUnsafeBytes { $0.prefix(Self.signatureBytes).elementsEqual(kept) }
        }
        guard isSigned else { return nil }
        state = row.integer(at: 0)
        expiresAt = row.integer(at: 1)
        groupsText = row.text(at: 3)
        isApproved = !row.isNull(at: 4)
        isUsed = row.isNull(at: 5) ? nil : row.integer(at: 5) != 0
    }

    func backing() throws -> TokenBacking {
        let groups = try groupsText.map { try JSONColumn.names($0, column: "token.groups", GroupName.init) }
        return TokenBacking(groups: Set(groups ?? []), isApproved: isApproved)
    }
}
