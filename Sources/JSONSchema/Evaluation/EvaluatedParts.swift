import StrictJSON

/// Which members or elements of one value some subschema has looked at: the annotations that `unevaluatedProperties`
/// and `unevaluatedItems` ask for. Kept only where one of them does.
///
/// Source: JSON Schema Core sections 11.2 and 11.3.
struct EvaluatedParts {
    private var hasAll = false
    private var marks: [Bool]

    init(_ value: JSONValue) {
        switch value {
        case .array(let elements): marks = Array(repeating: false, count: elements.count)
        case .object(let object): marks = Array(repeating: false, count: object.count)
        case .null, .bool, .integer, .number, .string: marks = []
        }
    }

    func contains(_ index: Int) -> Bool { hasAll || marks[index] }

    mutating func insert(_ index: Int) { marks[index] = true }
    mutating func insertAll() { hasAll = true }

    mutating func formUnion(_ other: EvaluatedParts) {
        if other.hasAll { hasAll = true }
        for index in marks.indices where other.marks[index] { marks[index] = true }
    }
}
