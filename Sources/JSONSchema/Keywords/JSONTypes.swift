import StrictJSON

/// A set of the seven type names. `number` contains `integer`.
struct JSONTypes: OptionSet, Sendable {
    let rawValue: UInt8

    static let null = JSONTypes(rawValue: 1)
    static let boolean = JSONTypes(rawValue: 2)
    static let integer = JSONTypes(rawValue: 4)
    private static let fraction = JSONTypes(rawValue: 8)
    static let number: JSONTypes = [integer, fraction]
    static let string = JSONTypes(rawValue: 16)
    static let array = JSONTypes(rawValue: 32)
    static let object = JSONTypes(rawValue: 64)

    private static let names: [(name: String, noun: String, types: JSONTypes)] = [
        ("string", "a string", .string), ("number", "a number", .number), ("integer", "an integer", .integer),
        ("boolean", "a boolean", .boolean), ("object", "an object", .object), ("array", "an array", .array),
        ("null", "null", .null),
    ]

    /// What other languages and tools call the types.
    private static let otherNames: [String: String] = [
        "str": "string", "text": "string", "int": "integer", "long": "integer", "float": "number", "double": "number",
        "decimal": "number", "bool": "boolean", "dict": "object", "map": "object", "struct": "object", "list": "array",
        "tuple": "array", "none": "null", "nil": "null", "file": "string", "date": "string",
    ]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(name: String) {
        guard let entry = Self.names.first(where: { $0.name == name }) else { return nil }
        self = entry.types
    }

    init(of value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool: self = .boolean
        case .integer: self = .integer
        case .number: self = .fraction
        case .string: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }

    static func suggestion(for name: String) -> String {
        let lowercased = name.lowercased()
        let known = otherNames[lowercased] ?? NearestName.find(lowercased, among: names.map(\.name))
        return known.map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// "a string or null"
    var description: String {
        var rest = self
        var nouns: [String] = []
        for entry in Self.names where rest.isSuperset(of: entry.types) {
            nouns.append(entry.noun)
            rest.subtract(entry.types)
        }
        if rest.contains(.fraction) { nouns.append("a number") }
        return Wording.alternatives(nouns)
    }
}
