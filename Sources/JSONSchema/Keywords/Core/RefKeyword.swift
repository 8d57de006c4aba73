import StrictJSON

/// `$ref`
struct RefKeyword: Keyword {
    private let target: NodeID

    var inPlaceTargets: [NodeID] { [target] }

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        try evaluation.apply(target, to: value, &evaluated)
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        try compilation.reference("$ref", in: schema).map { RefKeyword(target: $0.node) }
    }
}

/// `$dynamicRef`: leads to the outermost resource's anchor of the same name, where the place it names first is one too.
///
/// Source: JSON Schema Core section 8.2.3.2.
struct DynamicRefKeyword: Keyword {
    private let initial: NodeID
    private let anchor: String?

    var inPlaceTargets: [NodeID] { [initial] }

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        let target = anchor.flatMap { evaluation.dynamicTarget($0) } ?? initial
        return try evaluation.apply(target, to: value, &evaluated)
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        guard schema.dialect.draft == .draft202012 else { return nil }
        return try compilation.reference("$dynamicRef", in: schema).map {
            DynamicRefKeyword(initial: $0.node, anchor: $0.dynamicAnchor)
        }
    }
}
