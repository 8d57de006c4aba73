import StrictJSON

/// Walks a chain record by record and stops at the first that does not fit.
package struct AuditChain: Sendable {
    package private(set) var head: AuditHead
    private let tenant: TenantID

    /// Why a record does not fit.
    package enum Break: Hashable, Sendable {
        /// The next sequence is not one more than the last: a record was removed, inserted or moved.
        case outOfSequence(expected: Int64, found: Int64)
        /// What the record says is not what was hashed, or it was hashed onto another record.
        case hashMismatch(sequence: Int64)
        /// The record is not canonical JSON, or names another tenant or place than where it lies.
        case misplaced(sequence: Int64)
    }

    package init(tenant: TenantID, after head: AuditHead = .empty) {
        self.tenant = tenant
        self.head = head
    }

    /// Takes the next record; a chain that has broken is not to be asked again.
    package mutating func append(_ record: AuditRecord) -> Break? {
        guard record.sequence == head.sequence + 1 else {
            return .outOfSequence(expected: head.sequence + 1, found: record.sequence)
        }
        guard AuditRecord.hash(record.canonical, after: head.hash) == record.hash else {
            return .hashMismatch(sequence: record.sequence)
        }
        // A record that is not JSON is reported as such; which rule it broke does not matter.
        guard let value = try? JSONParser.parse(record.canonical),
            case .object(let object) = value,
            object["tenant"]?.stringValue == tenant.rawValue,
            object["seq"]?.integerValue == record.sequence,
            CanonicalJSON.bytes(of: value) == record.canonical
        else { return .misplaced(sequence: record.sequence) }
        head = record.head
        return nil
    }
}
