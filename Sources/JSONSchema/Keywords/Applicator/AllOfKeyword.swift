import StrictJSON

/// `allOf`
struct AllOfKeyword: Keyword {
    private let branches: [NodeID]

    var inPlaceTargets: [NodeID] { branches }

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        var passes = true
        for branch in branches where try !evaluation.apply(branch, to: value, &evaluated) {
            passes = false
            if !evaluation.isReporting { break }
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let branches = try compilation.subschemaList("allOf", in: schema)
        return branches.isEmpty ? nil : AllOfKeyword(branches: branches)
    }
}
