import StrictJSON

/// The values that registry documents are made of.
extension JSONObjectReader {
    func requiredIdentifier<Owner>(_ name: String) -> Identifier<Owner>? {
        requiredString(name, orElse: Identifier<Owner>.rule, Identifier.init)
    }

    /// Text for people. Escape sequences could redraw the terminal it is shown on, and a NUL ends a text for SQLite.
    func optionalFreeText(_ name: String) -> String? {
        plain(optionalString(name, lengthBytes: 0...Limits.descriptionBytes), name)
    }

    func requiredFreeText(_ name: String) -> String? {
        plain(requiredString(name, lengthBytes: 1...Limits.descriptionBytes), name)
    }

    private func plain(_ text: String?, _ name: String) -> String? {
        let rule = "must not contain control characters other than line breaks and tabs"
        guard let text else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: true
            case ..<0x20, 0x7F...0x9F: false
            default: true
            }
        }
        if isPlain { return text }
        refuse(at: pointer.appending(name), rule: "format", message: rule)
        return nil
    }

    func requiredScopes(_ name: String) -> ScopeSet? { scopes(requiredArray(name, count: Self.scopeCount), name) }

    func optionalScopes(_ name: String) -> ScopeSet? { scopes(optionalArray(name, count: Self.scopeCount), name) }

    func optionalToolNames(_ name: String, count: ClosedRange<Int>) -> Set<ToolName>? {
        distinct(optionalArray(name, count: count), name, rule: ToolName.rule, ToolName.init).map { Set($0) }
    }

    /// - Parameter rule: what each element must be, as a clause after its path.
    func requiredSet<Value: Hashable>(
        _ name: String, count: ClosedRange<Int>, rule: String, _ make: (String) -> Value?
    ) -> Set<Value>? {
        distinct(requiredArray(name, count: count), name, rule: rule, make).map { Set($0) }
    }

    func requiredRoles(_ name: String) -> Set<Role>? {
        let words = Role.allCases.map(\.rawValue).joined(separator: ", ")
        return requiredSet(name, count: 1...Role.allCases.count, rule: "must be one of: \(words)") { text in
            // Not `init(rawValue:)`, which compares by canonical equivalence.
            Role.allCases.first { $0.rawValue.hasSameBytes(as: text) }
        }
    }

    private static var scopeCount: ClosedRange<Int> { 0...Limits.scopesPerSet }

    private func scopes(_ elements: [JSONValue]?, _ name: String) -> ScopeSet? {
        distinct(elements, name, rule: Scope.rule, Scope.init).map { ScopeSet($0) }
    }

    /// Checks each element by itself, so that a repetition does not hide a malformed name.
    private func distinct<Value: Hashable>(
        _ elements: [JSONValue]?, _ name: String, rule: String, _ make: (String) -> Value?
    ) -> [Value]? {
        guard let elements else { return nil }
        var values: [Value] = []
        var seen: Set<Value> = []
        for (index, element) in elements.enumerated() {
            let place = pointer.appending(name).appending(index)
            guard let text = element.stringValue else {
                refuse(at: place, rule: "type", message: "must be a string")
                continue
            }
            guard let value = make(text) else {
                refuse(at: place, rule: "format", message: rule)
                continue
            }
            guard seen.insert(value).inserted else {
                refuse(at: place, rule: "unique", message: "must not repeat an earlier element")
                continue
            }
            values.append(value)
        }
        return values.count == elements.count ? values : nil
    }
}

extension JSONValue {
    /// A list of names as documents have it.
    init(names: some Sequence<String>) {
        self = .array(names.map(JSONValue.string))
    }
}
