import HallpassCrypto

/// An audit record that is written but for its place in the chain, so that the one thread that knows the place need not write
/// it.
package struct AuditDraft: Sendable {
    package let event: AuditEvent
    package let timeMilliseconds: Int64
    /// With 0 for its sequence.
    package let text: AuditText
    /// Where the sequence stands.
    private let place: Range<Int>

    package init(_ entry: AuditEntry, of tenant: TenantID) {
        event = entry.event
        timeMilliseconds = entry.timeMilliseconds
        text = entry.text(tenant: tenant, sequence: 0)
        guard let sequence = text.members.first(where: { $0.member == .sequence }) else {
            preconditionFailure("a record without a sequence")
        }
        place = sequence.value
    }

    /// Where a chain ends once this is its next record.
    package func head(after previous: AuditHead) -> AuditHead {
        let sequence = previous.sequence + 1
        var stream = AuditRecord.hashing(after: previous.hash)
        text.canonical.withUnsafeBytes { stream.update(UnsafeRawBufferPointer(rebasing: $0[..<place.lowerBound])) }
        stream.update(Array(String(sequence).utf8))
        text.canonical.withUnsafeBytes { stream.update(UnsafeRawBufferPointer(rebasing: $0[place.upperBound...])) }
        return AuditHead(sequence: sequence, hash: stream.finalize())
    }
}
