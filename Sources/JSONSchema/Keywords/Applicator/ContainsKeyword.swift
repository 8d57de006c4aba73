import StrictJSON

/// `contains`, `minContains` and `maxContains`
struct ContainsKeyword: Keyword {
    private let node: NodeID
    private let minimum: Int
    private let hasMinimum: Bool
    private let maximum: Int?
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .array(let elements) = value else { return true }
        var matches = 0
        for (index, element) in elements.enumerated() {
            if evaluated == nil, maximum == nil, matches >= minimum { break }
            var nobodyAsks: EvaluatedParts?
            guard try evaluation.accepts(node, element, &nobodyAsks) else { continue }
            matches += 1
            evaluated?.insert(index)
        }
        var passes = true
        if matches < minimum {
            passes = evaluation.fail(
                hasMinimum ? "minContains" : "contains", at: location,
                "must contain at least \(Wording.count(minimum, "element")) \(fits), and has \(matches)")
        }
        if let maximum, matches > maximum {
            passes = evaluation.fail(
                "maxContains", at: location,
                "must contain at most \(Wording.count(maximum, "element")) \(fits), and has \(matches)")
        }
        return passes
    }

    private var fits: String { "fitting the schema under \"contains\"" }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        guard let node = compilation.subschema("contains", in: schema) else { return nil }
        var minimum: Int?
        var maximum: Int?
        if schema.dialect.draft == .draft202012, schema.dialect.vocabularies.contains(.validation) {
            minimum = try compilation.count("minContains", in: schema)
            maximum = try compilation.count("maxContains", in: schema)
        }
        return ContainsKeyword(
            node: node, minimum: minimum ?? 1, hasMinimum: minimum != nil, maximum: maximum, location: schema.location)
    }
}
