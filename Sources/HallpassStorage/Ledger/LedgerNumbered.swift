package import HallpassCore

/// What the ledger numbers and finds by its number, and others name by an id.
package protocol LedgerNumbered {}

extension CallIDOwner: LedgerNumbered {}
extension Approval: LedgerNumbered {}

extension RandomID where Owner: LedgerNumbered {
    /// Such an id is its number, which finds the row, and eight random bytes, which nobody guesses.
    package init?(sequence: Int64, nonce: [UInt8]) {
        guard nonce.count == 8 else { return nil }
        self.init(bytes: withUnsafeBytes(of: sequence.bigEndian) { Array($0) } + nonce)
    }

    /// Orders them by when they came.
    package var sequence: Int64 { bytes.prefix(8).reduce(0) { $0 << 8 | Int64($1) } }
    var nonce: [UInt8] { Array(bytes.suffix(8)) }
}
