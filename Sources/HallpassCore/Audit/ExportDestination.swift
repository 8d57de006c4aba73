/// Somewhere that the audit is copied to as it is committed: `webhook https://siem.example/audit`, `file /var/log/audit.jsonl`.
///
/// What was delivered is remembered under this name, so another path or address is another destination and is given all.
package struct ExportDestination: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case file, webhook
    }

    package let kind: Kind
    /// The path or the URL.
    package let place: String

    package init(_ kind: Kind, _ place: String) {
        self.kind = kind
        self.place = place
    }

    /// As it is stored, logged and shown.
    package var name: String { "\(kind.rawValue) \(place)" }

    /// Reads ``name``; `nil` for anything else.
    package init?(name: String) {
        let parts = name.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
        self.init(kind, String(parts[1]))
    }
}
