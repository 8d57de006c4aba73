import StrictJSON

/// `minItems` and `maxItems`
struct ArrayLengthKeyword: Keyword {
    private let minimum: Int?
    private let maximum: Int?
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .array(let elements) = value else { return true }
        var passes = true
        if let minimum, elements.count < minimum {
            passes = evaluation.fail(
                "minItems", at: location,
                "must have at least \(Wording.count(minimum, "element")), and has \(elements.count)")
        }
        if let maximum, elements.count > maximum {
            passes = evaluation.fail(
                "maxItems", at: location,
                "must have at most \(Wording.count(maximum, "element")), and has \(elements.count)")
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let minimum = try compilation.count("minItems", in: schema)
        let maximum = try compilation.count("maxItems", in: schema)
        guard minimum != nil || maximum != nil else { return nil }
        return ArrayLengthKeyword(minimum: minimum, maximum: maximum, location: schema.location)
    }
}
