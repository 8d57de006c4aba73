import StrictJSON

/// `multipleOf`
struct MultipleOfKeyword: Keyword {
    private let divisor: DecimalNumber
    private let divisorValue: Double
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard let number = value.doubleValue else { return true }
        if DecimalNumber(number).isMultiple(of: divisor) { return true }
        return evaluation.fail("multipleOf", at: location, "must be a multiple of \(Wording.number(divisorValue))")
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        guard let divisor = try compilation.number("multipleOf", in: schema) else { return nil }
        guard divisor > 0 else { throw compilation.malformed("multipleOf", in: schema, "must be more than 0") }
        return MultipleOfKeyword(
            divisor: DecimalNumber(divisor), divisorValue: divisor, location: schema.location)
    }
}
