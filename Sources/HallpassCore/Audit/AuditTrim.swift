/// Where a chain begins that was trimmed: with the record after this checkpoint.
///
/// The checkpoint's signature proves the hash that the first remaining record is hashed onto. That nobody took the records
/// away by hand is for the chain itself to say: it has a record of its own of each trim.
package struct AuditTrim: Hashable, Sendable {
    package let signed: SignedCheckpoint
    /// Unix seconds.
    package let trimmedAt: Int64

    package init(signed: SignedCheckpoint, trimmedAt: Int64) {
        self.signed = signed
        self.trimmedAt = trimmedAt
    }

    /// The last record that is gone.
    package var head: AuditHead { signed.checkpoint.head }

    /// What the trim's own record is about.
    package static func target(_ head: AuditHead) -> String { "up to \(head.text)" }
}
