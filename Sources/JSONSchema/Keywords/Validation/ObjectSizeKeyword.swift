import StrictJSON

/// `minProperties` and `maxProperties`
struct ObjectSizeKeyword: Keyword {
    private let minimum: Int?
    private let maximum: Int?
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .object(let object) = value else { return true }
        var passes = true
        if let minimum, object.count < minimum {
            passes = evaluation.fail(
                "minProperties", at: location,
                "must have at least \(Wording.count(minimum, "member")), and has \(object.count)")
        }
        if let maximum, object.count > maximum {
            passes = evaluation.fail(
                "maxProperties", at: location,
                "must have at most \(Wording.count(maximum, "member")), and has \(object.count)")
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let minimum = try compilation.count("minProperties", in: schema)
        let maximum = try compilation.count("maxProperties", in: schema)
        guard minimum != nil || maximum != nil else { return nil }
        return ObjectSizeKeyword(minimum: minimum, maximum: maximum, location: schema.location)
    }
}
