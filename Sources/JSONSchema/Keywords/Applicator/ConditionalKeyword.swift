import StrictJSON

/// `if`, `then` and `else`
struct ConditionalKeyword: Keyword {
    private let condition: NodeID
    private let consequence: NodeID?
    private let alternative: NodeID?

    var inPlaceTargets: [NodeID] { [condition] + [consequence, alternative].compactMap(\.self) }

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        let holds = try evaluation.accepts(condition, value, &evaluated)
        guard let branch = holds ? consequence : alternative else { return true }
        return try evaluation.apply(branch, to: value, &evaluated)
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let consequence = compilation.subschema("then", in: schema)
        let alternative = compilation.subschema("else", in: schema)
        guard let condition = compilation.subschema("if", in: schema) else {
            for (keyword, node) in [("then", consequence), ("else", alternative)] where node != nil {
                compilation.warn(.noEffect, keyword, in: schema, "it has no effect without \"if\"")
            }
            return nil
        }
        return ConditionalKeyword(condition: condition, consequence: consequence, alternative: alternative)
    }
}
