/// What a server noted about the schemas of an apply: read as meant, or without effect.
struct SchemaWarnings {
    private let details: [CommandFailure.Detail]

    init(_ details: [CommandFailure.Detail]) { self.details = details }

    /// One line a place; what is the same everywhere is said once, at its first place, with how often.
    var lines: [String] {
        guard !details.isEmpty else { return [] }
        var order: [Kind] = []
        var places: [Kind: [CommandFailure.Detail]] = [:]
        for detail in details {
            let kind = Kind(rule: detail.rule, message: detail.message)
            if places[kind] == nil { order.append(kind) }
            places[kind, default: []].append(detail)
        }
        let shown = order.compactMap { kind -> String? in
            guard let first = places[kind]?.first, let count = places[kind]?.count else { return nil }
            return count == 1 ? "  \(first.text)" : "  \(first.text) (and \(count - 1) more like it)"
        }
        return ["", "Warnings about schemas:"] + shown
    }

    private struct Kind: Hashable {
        let rule: String
        let message: String
    }
}
