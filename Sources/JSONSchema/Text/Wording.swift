import StrictJSON

/// Words for messages, bounded whatever the schema or the instance holds.
enum Wording {
    private static let listed = 20
    private static let quotedCharacters = 60
    private static let allowedValues = 100
    private static let allowedBytes = 4_096

    /// "a, b or c"
    static func alternatives(_ words: [String]) -> String {
        guard let last = words.last else { return "" }
        return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " or " + last
    }

    static func quoted(_ name: String) -> String {
        let excerpt = name.prefix(quotedCharacters)
        return "\"\(excerpt)\(excerpt.endIndex < name.endIndex ? "…" : "")\""
    }

    static func number(_ number: Double) -> String {
        JSONValue(number).map { String(decoding: $0.serialized(), as: UTF8.self) } ?? "\(number)"
    }

    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// Values of the schema, the first few.
    static func list(_ values: [JSONValue]) -> String {
        var words = values.prefix(listed).map(value)
        if values.count > listed { words.append("\(values.count - listed) more") }
        return alternatives(words)
    }

    private static func value(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .integer(let integer): String(integer)
        case .number(let double): number(double)
        case .string(let text): quoted(text)
        case .array(let elements): elements.isEmpty ? "an empty array" : "a certain array"
        case .object(let object): object.isEmpty ? "an empty object" : "a certain object"
        }
    }

    /// Values of the schema for programs: all of them, or `nil` when that would be too much to repeat.
    static func allowed(_ values: [JSONValue]) -> [JSONValue]? {
        guard values.count <= allowedValues,
            let size = try? JSONMeasure(.array(values), maximumDepth: .max, maximumValues: allowedBytes),
            size.textBytes <= allowedBytes
        else {
            // Too many or too long; the message still names the first ones.
            return nil
        }
        return values
    }
}

extension Wording {
    /// A member that is not one of those a schema names.
    static func unknownName(_ name: String, _ known: [String]) -> String {
        if let nearest = NearestName.find(name, among: known) {
            return "is not a known member; did you mean \(quoted(nearest))?"
        }
        guard !known.isEmpty else { return "must not be here: no such member is allowed" }
        let names = known.prefix(listed).map(quoted)
        let more = known.count > listed ? ["\(known.count - listed) more"] : []
        return "is not a known member; known are \((names + more).joined(separator: ", "))"
    }

    static func pattern(_ source: String) -> String {
        let excerpt = source.prefix(200)
        return excerpt.endIndex < source.endIndex ? "\(excerpt)…" : source
    }
}
