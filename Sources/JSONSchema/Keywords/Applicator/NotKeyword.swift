import StrictJSON

/// `not`
struct NotKeyword: Keyword {
    private let node: NodeID
    private let location: LocationID

    var inPlaceTargets: [NodeID] { [node] }

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        // What a schema looked at does not count when its verdict is turned round.
        var nobodyAsks: EvaluatedParts?
        guard try evaluation.accepts(node, value, &nobodyAsks) else { return true }
        return evaluation.fail("not", at: location, "must not fit the schema under \"not\"")
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        compilation.subschema("not", in: schema).map { NotKeyword(node: $0, location: schema.location) }
    }
}
