import StrictJSON

/// The changes that a server announces or has made, as people read them.
struct ChangePlan {
    struct Change {
        let operation: String
        let kind: String
        let name: String
        /// What differs, in words: a pointer, or a pointer with the values before and after.
        let parts: [String]
    }

    let changes: [Change]

    /// Reads the `changes` of a plan (`fields`) or of a difference between revisions (`members`).
    init(_ changes: [JSONValue]) {
        self.changes = changes.compactMap { value in
            guard let object = value.objectValue else { return nil }
            let parts = (object["fields"] ?? object["members"])?.arrayValue ?? []
            return Change(
                operation: object["op"]?.stringValue ?? "", kind: object["kind"]?.stringValue ?? "",
                name: object["name"]?.stringValue ?? "", parts: parts.compactMap(Self.part))
        }
    }

    var isEmpty: Bool { changes.isEmpty }

    /// One line a change, what is created or removed by its name alone, then a line that counts them.
    var text: String {
        guard !isEmpty else { return "Nothing to change." }
        let width = changes.map { $0.kind.count }.max() ?? 0
        var lines: [String] = []
        for change in changes {
            let kind = change.kind.lowercased().padded(to: width)
            lines.append("  \(change.sign) \(kind)  \(change.name)".printable)
            if change.operation == "update" { lines += change.parts.map { "      \($0)".printable } }
        }
        return (lines + [summary]).joined(separator: "\n")
    }

    private var summary: String {
        let counts = [("create", "to add"), ("update", "to change"), ("delete", "to remove")].map { operation, words in
            "\(changes.count { $0.operation == operation }) \(words)"
        }
        return counts.joined(separator: ", ") + "."
    }

    private static func part(_ value: JSONValue) -> String? {
        if let text = value.stringValue { return text }
        guard let object = value.objectValue, let pointer = object["pointer"]?.stringValue else { return nil }
        switch (object["before"], object["after"]) {
        case (nil, nil): return pointer
        case (nil, let after?): return "\(pointer): + \(short(after))"
        case (let before?, nil): return "\(pointer): - \(short(before))"
        case (let before?, let after?): return "\(pointer): \(short(before)) -> \(short(after))"
        }
    }

    /// A value on one line; a schema would fill the screen.
    private static func short(_ value: JSONValue) -> String {
        let text = String(decoding: value.serialized(), as: UTF8.self)
        return text.count <= 80 ? text : "\(text.prefix(77))..."
    }
}

extension ChangePlan.Change {
    fileprivate var sign: String {
        switch operation {
        case "create": "+"
        case "update": "~"
        case "delete": "-"
        default: "?"
        }
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
