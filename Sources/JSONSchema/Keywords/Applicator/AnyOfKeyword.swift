import StrictJSON

/// `anyOf`
struct AnyOfKeyword: Keyword {
    private let branches: [NodeID]
    private let location: LocationID

    var inPlaceTargets: [NodeID] { branches }

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        var passes = false
        for branch in branches where try evaluation.accepts(branch, value, &evaluated) {
            passes = true
            // The other branches only matter to whoever asks what they looked at.
            if evaluated == nil { break }
        }
        guard !passes, evaluation.isReporting else { return passes }
        return try evaluation.failAlternatives("anyOf", branches, value, at: location, &evaluated)
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let branches = try compilation.subschemaList("anyOf", in: schema)
        return branches.isEmpty ? nil : AnyOfKeyword(branches: branches, location: schema.location)
    }
}
