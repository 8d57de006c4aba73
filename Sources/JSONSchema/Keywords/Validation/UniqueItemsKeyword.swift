import StrictJSON

/// `uniqueItems`
struct UniqueItemsKeyword: Keyword {
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .array(let elements) = value, elements.count > 1 else { return true }
        // Each element is hashed, and compared with an equal one at most.
        try evaluation.spend(ofReading: value, times: 2)
        var firstIndex: [JSONValue: Int] = [:]
        for (index, element) in elements.enumerated() {
            if let first = firstIndex.updateValue(index, forKey: element) {
                return evaluation.fail(
                    "uniqueItems", at: location, "must not repeat an element: \(first) and \(index) are equal")
            }
        }
        return true
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        guard try compilation.boolean("uniqueItems", in: schema) == true else { return nil }
        return UniqueItemsKeyword(location: schema.location)
    }
}
