/// Strings.
extension JSONObjectReader {
    /// - Parameter lengthBytes: of the UTF-8 form.
    package func requiredString(_ name: String, lengthBytes: ClosedRange<Int>? = nil) -> String? {
        string(name, .required, lengthBytes)
    }

    package func optionalString(_ name: String, lengthBytes: ClosedRange<Int>? = nil) -> String? {
        string(name, .optional, lengthBytes)
    }

    /// A string that `make` turns into a valid value.
    ///
    /// - Parameter message: what is wrong where `make` returns `nil`, for example "must be an RFC 3339 time".
    package func requiredString<Value>(
        _ name: String, orElse message: String, _ make: (String) -> Value?
    ) -> Value? {
        made(requiredString(name), name, orElse: message, make)
    }

    package func optionalString<Value>(
        _ name: String, orElse message: String, _ make: (String) -> Value?
    ) -> Value? {
        made(optionalString(name), name, orElse: message, make)
    }

    /// One of a closed set of words.
    package func requiredChoice<Choice>(_ name: String, _ choices: Choice.Type) -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        choice(requiredString(name), name, choices)
    }

    package func optionalChoice<Choice>(_ name: String, _ choices: Choice.Type) -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        choice(optionalString(name), name, choices)
    }

    private func string(_ name: String, _ presence: Presence, _ lengthBytes: ClosedRange<Int>?) -> String? {
        guard let text = take(name, presence, as: "a string", \.stringValue) else { return nil }
        guard let lengthBytes, !lengthBytes.contains(text.utf8.count) else { return text }
        refuse(
            at: pointer.appending(name), rule: "length",
            message: "must have \(lengthBytes.lowerBound) to \(lengthBytes.upperBound) bytes")
        return nil
    }

    private func made<Value>(
        _ text: String?, _ name: String, orElse message: String, _ make: (String) -> Value?
    ) -> Value? {
        guard let text else { return nil }
        if let value = make(text) { return value }
        refuse(at: pointer.appending(name), rule: "format", message: message)
        return nil
    }

    private func choice<Choice>(_ text: String?, _ name: String, _ choices: Choice.Type) -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        guard let text else { return nil }
        // Not `init(rawValue:)`, which compares by canonical equivalence.
        if let choice = Choice.allCases.first(where: { $0.rawValue.hasSameBytes(as: text) }) { return choice }
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        refuse(at: pointer.appending(name), rule: "choice", message: "must be one of: \(words)")
        return nil
    }
}

/// Integers and booleans.
extension JSONObjectReader {
    package func requiredInteger(_ name: String, in range: ClosedRange<Int64>? = nil) -> Int64? {
        integer(name, .required, range)
    }

    package func optionalInteger(_ name: String, in range: ClosedRange<Int64>? = nil) -> Int64? {
        integer(name, .optional, range)
    }

    package func requiredBool(_ name: String) -> Bool? {
        take(name, .required, as: "true or false", \.boolValue)
    }

    package func optionalBool(_ name: String) -> Bool? {
        take(name, .optional, as: "true or false", \.boolValue)
    }

    private func integer(_ name: String, _ presence: Presence, _ range: ClosedRange<Int64>?) -> Int64? {
        guard let integer = take(name, presence, as: "an integer", \.integerValue) else { return nil }
        guard let range, !range.contains(integer) else { return integer }
        refuse(
            at: pointer.appending(name), rule: "range",
            message: "must be from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }
}

/// Objects and values of any shape.
extension JSONObjectReader {
    /// An object whose fields are somebody else's to check.
    package func requiredObject(_ name: String) -> JSONObject? {
        take(name, .required, as: "an object", \.objectValue)
    }

    package func optionalObject(_ name: String) -> JSONObject? {
        take(name, .optional, as: "an object", \.objectValue)
    }

    /// An object with a closed set of fields of its own, read by `read`.
    package func requiredObject<Value>(_ name: String, _ read: (JSONObjectReader) -> Value?) -> Value? {
        requiredObject(name).flatMap { nested(.object($0), at: pointer.appending(name), read) }
    }

    package func optionalObject<Value>(_ name: String, _ read: (JSONObjectReader) -> Value?) -> Value? {
        optionalObject(name).flatMap { nested(.object($0), at: pointer.appending(name), read) }
    }

    /// Any value, a null too.
    package func requiredValue(_ name: String) -> JSONValue? { take(name, .required) }
    package func optionalValue(_ name: String) -> JSONValue? { take(name, .optional) }
}

/// Arrays.
extension JSONObjectReader {
    package func requiredArray(_ name: String, count: ClosedRange<Int>? = nil) -> [JSONValue]? {
        array(name, .required, count)
    }

    package func optionalArray(_ name: String, count: ClosedRange<Int>? = nil) -> [JSONValue]? {
        array(name, .optional, count)
    }

    /// Strings of which no two have the same bytes: lists of names are sets, and a repetition is a slip.
    package func requiredStringArray(_ name: String, count: ClosedRange<Int>? = nil) -> [String]? {
        strings(requiredArray(name, count: count), name)
    }

    package func optionalStringArray(_ name: String, count: ClosedRange<Int>? = nil) -> [String]? {
        strings(optionalArray(name, count: count), name)
    }

    /// Objects with a closed set of fields each; every one is read, and `nil` returned, where one of them is wrong.
    package func requiredObjectArray<Value>(
        _ name: String, count: ClosedRange<Int>? = nil, _ read: (JSONObjectReader) -> Value?
    ) -> [Value]? {
        objects(requiredArray(name, count: count), name, read)
    }

    package func optionalObjectArray<Value>(
        _ name: String, count: ClosedRange<Int>? = nil, _ read: (JSONObjectReader) -> Value?
    ) -> [Value]? {
        objects(optionalArray(name, count: count), name, read)
    }

    private func array(_ name: String, _ presence: Presence, _ count: ClosedRange<Int>?) -> [JSONValue]? {
        guard let elements = take(name, presence, as: "an array", \.arrayValue) else { return nil }
        guard let count, !count.contains(elements.count) else { return elements }
        refuse(
            at: pointer.appending(name), rule: "count",
            message: "must have \(count.lowerBound) to \(count.upperBound) elements")
        return nil
    }

    private func strings(_ elements: [JSONValue]?, _ name: String) -> [String]? {
        guard let elements else { return nil }
        var strings: [String] = []
        var seen: Set<ExactString> = []
        for (index, element) in elements.enumerated() {
            let place = pointer.appending(name).appending(index)
            guard let string = element.stringValue else {
                refuse(at: place, rule: "type", message: "must be a string")
                continue
            }
            guard seen.insert(ExactString(string)).inserted else {
                refuse(at: place, rule: "unique", message: "must not repeat an earlier element")
                continue
            }
            strings.append(string)
        }
        return strings.count == elements.count ? strings : nil
    }

    private func objects<Value>(
        _ elements: [JSONValue]?, _ name: String, _ read: (JSONObjectReader) -> Value?
    ) -> [Value]? {
        guard let elements else { return nil }
        let values = elements.enumerated().compactMap { index, element in
            nested(element, at: pointer.appending(name).appending(index), read)
        }
        return values.count == elements.count ? values : nil
    }
}
