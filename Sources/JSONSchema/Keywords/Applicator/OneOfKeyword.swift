import StrictJSON

/// `oneOf`
struct OneOfKeyword: Keyword {
    private let branches: [NodeID]
    private let location: LocationID

    var inPlaceTargets: [NodeID] { branches }

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        var matches: [Int] = []
        for (index, branch) in branches.enumerated() where try evaluation.accepts(branch, value, &evaluated) {
            matches.append(index + 1)
            if matches.count > 1, !evaluation.isReporting { return false }
        }
        switch matches.count {
        case 1: return true
        case 0:
            guard evaluation.isReporting else { return false }
            return try evaluation.failAlternatives("oneOf", branches, value, at: location, &evaluated)
        default:
            return evaluation.fail(
                "oneOf", at: location,
                "must fit exactly one of \(branches.count) forms, and fits "
                    + matches.prefix(10).map { "form \($0)" }.joined(separator: ", "))
        }
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let branches = try compilation.subschemaList("oneOf", in: schema)
        return branches.isEmpty ? nil : OneOfKeyword(branches: branches, location: schema.location)
    }
}
