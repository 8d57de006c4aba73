import HallpassCore

/// An audit record but for its place in the chain, written and coded.
struct RecordDraft: Sendable {
    let draft: AuditDraft
    /// As it will lie in its column.
    let coded: [UInt8]

    init(_ entry: AuditEntry, of tenant: TenantID) {
        draft = AuditDraft(entry, of: tenant)
        coded = AuditRecordCoding.encode(draft.text)
    }
}
