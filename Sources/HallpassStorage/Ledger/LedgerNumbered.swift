package import HallpassCore

/// What the ledger numbers and finds by its number, and others name by an id.
package protocol LedgerNumbered {}

extension CallIDOwner: LedgerNumbered {}
extension Approval: LedgerNumbered {}

extension RandomID where Owner: LedgerNumbered {
    /// Such an id is its number, which finds the row, and eight random bytes, which nobody guesses.
    package init?(sequence: Int64, nonce: [UInt8]) {
        guard nonce.count == 8 else { return nil }
        self.init(bytes: Swift.withUnsafeBytes(of: sequence.bigEndian) { Array($0) } + nonce)
    }

    /// Orders them by when they came.
    package var sequence: Int64 { withUnsafeBytes { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) } }
    var nonce: [UInt8] { withUnsafeBytes { Array($0.suffix(8)) } }
}
