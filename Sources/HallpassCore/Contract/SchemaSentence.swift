import StrictJSON

/// Plain sentences for what a schema's author left without a description, made of nothing but the schema.
enum SchemaSentence {
    /// The schema with a description at every parameter that has none, nested ones too.
    static func describingParameters(of schema: JSONObject) -> JSONObject {
        var schema = schema
        if var properties = schema["properties"]?.objectValue {
            for property in properties {
                guard let object = property.value.objectValue else { continue }
                var described = describingParameters(of: object)
                if isBlank(described["description"]), let sentence = sentence(for: object, named: property.name) {
                    described["description"] = .string(sentence)
                }
                properties[property.name] = .object(described)
            }
            schema["properties"] = .object(properties)
        }
        if let items = schema["items"]?.objectValue { schema["items"] = .object(describingParameters(of: items)) }
        return schema
    }

    /// What a tool does and takes: "Reads, and changes nothing. Takes query, and may take limit."
    static func sentences(for effect: ToolEffect, _ schema: JSONObject) -> String {
        let required = (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        let names = schema["properties"]?.objectValue?.members.map(\.name) ?? []
        let optional = names.filter { name in !required.contains { $0.hasSameBytes(as: name) } }
        let takes: String? =
            switch (required.isEmpty, optional.isEmpty) {
            case (true, true): nil
            case (false, true): "Takes \(list(required, "and"))."
            case (true, false): "May take \(list(optional, "and"))."
            case (false, false): "Takes \(list(required, "and")), and may take \(list(optional, "and"))."
            }
        return [effect.sentence, takes].compactMap(\.self).joined(separator: " ")
    }

    static func isBlank(_ description: JSONValue?) -> Bool {
        description?.stringValue?.allSatisfy(\.isWhitespace) ?? true
    }

    /// - Returns: `nil` where the schema says nothing that could be said in a sentence.
    private static func sentence(for schema: JSONObject, named name: String) -> String? {
        if name.hasSameBytes(as: "idempotency_key") {
            return "Names the intended effect: the same for every retry of it, another for any other."
        }
        if let constant = schema["const"] { return "Always \(text(constant))." }
        if let values = schema["enum"]?.arrayValue, !values.isEmpty {
            let shown = values.prefix(valuesShown).map(text)
            return values.count > valuesShown
                ? "One of \(shown.joined(separator: ", ")) and \(values.count - valuesShown) others."
                : "One of \(list(shown, "or"))."
        }
        let names = schema["type"]?.stringValue.map { [$0] } ?? schema["type"]?.arrayValue?.compactMap(\.stringValue)
        guard let names, !names.isEmpty else { return nil }
        let nouns = names.map { noun($0, schema) }
        return capitalized(([list(nouns, "or")] + bounds(schema)).joined(separator: ", ")) + "."
    }

    /// More values than these are not read by anyone in a sentence; the schema has them all.
    private static let valuesShown = 12

    private static func noun(_ type: String, _ schema: JSONObject) -> String {
        switch type {
        case "string":
            switch schema["format"]?.stringValue {
            case "date-time": "a date and time such as 2026-11-21T03:04:05Z"
            case "date": "a date such as 2026-11-21"
            case "time": "a time such as 03:04:05Z"
            case "duration": "a duration such as P1DT12H"
            case "email": "an e-mail address"
            case "hostname": "a host name"
            case "ipv4": "an IPv4 address"
            case "ipv6": "an IPv6 address"
            case "uri": "a URI"
            case "uri-reference": "a URI or a relative reference"
            case "uuid": "a UUID"
            default: "text"
            }
        case "integer": "a whole number"
        case "number": "a number"
        case "boolean": "true or false"
        case "array":
            (schema["items"]?.objectValue?["type"]?.stringValue).map { "a list of \(plural($0))" } ?? "a list"
        case "object": "an object"
        default: type
        }
    }

    private static func plural(_ type: String) -> String {
        switch type {
        case "string": "texts"
        case "integer": "whole numbers"
        case "number": "numbers"
        case "boolean": "truth values"
        case "array": "lists"
        case "object": "objects"
        default: type
        }
    }

    private static func bounds(_ schema: JSONObject) -> [String] {
        var clauses = [
            range(schema["minLength"], schema["maxLength"], "character"),
            schema["pattern"]?.stringValue.map { "matching \($0)" },
            range(schema["minimum"], schema["maximum"], nil),
            schema["exclusiveMinimum"].flatMap { $0.doubleValue == nil ? nil : "more than \(text($0))" },
            schema["exclusiveMaximum"].flatMap { $0.doubleValue == nil ? nil : "less than \(text($0))" },
            schema["multipleOf"].map { "a multiple of \(text($0))" },
            range(schema["minItems"], schema["maxItems"], "element"),
        ]
        if schema["uniqueItems"] == true { clauses.append("none twice") }
        return clauses.compactMap(\.self)
    }

    private static func range(_ least: JSONValue?, _ most: JSONValue?, _ unit: String?) -> String? {
        func counted(_ value: JSONValue) -> String {
            guard let unit else { return text(value) }
            return "\(text(value)) \(unit)\(value == 1 ? "" : "s")"
        }
        // Every text has 0 characters or more.
        let least = unit != nil && least == 0 ? nil : least
        return switch (least, most) {
        case (let least?, let most?) where least == most: "exactly \(counted(most))"
        case (let least?, let most?):
            unit == nil ? "from \(text(least)) to \(text(most))" : "\(text(least)) to \(counted(most))"
        case (let least?, nil): "at least \(counted(least))"
        case (nil, let most?): "at most \(counted(most))"
        case (nil, nil): nil
        }
    }

    private static func text(_ value: JSONValue) -> String {
        value.stringValue ?? String(decoding: value.serialized(), as: UTF8.self)
    }

    private static func list(_ words: [String], _ last: String) -> String {
        guard words.count > 1, let end = words.last else { return words.joined() }
        return "\(words.dropLast().joined(separator: ", ")) \(last) \(end)"
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

extension ToolEffect {
    fileprivate var sentence: String {
        switch self {
        case .read: "Reads, and changes nothing."
        case .write: "Changes something."
        case .destructive: "Changes something that may not be undone."
        }
    }
}
