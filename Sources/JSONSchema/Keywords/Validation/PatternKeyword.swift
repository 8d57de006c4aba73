import StrictJSON

/// `pattern`
struct PatternKeyword: Keyword {
    private let pattern: Pattern
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .string(let text) = value else { return true }
        if try evaluation.finds(pattern, in: text) { return true }
        return evaluation.fail("pattern", at: location, "must match the pattern \(Wording.pattern(pattern.source))")
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        guard let source = try compilation.string("pattern", in: schema) else { return nil }
        return PatternKeyword(
            pattern: try compilation.pattern(source, "pattern", in: schema), location: schema.location)
    }
}
