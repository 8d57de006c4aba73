import StrictJSON

/// `dependentSchemas`, and the schemas in draft-07's `dependencies`.
struct DependentSchemasKeyword: Keyword {
    private let dependencies: [(name: String, node: NodeID)]

    var inPlaceTargets: [NodeID] { dependencies.map(\.node) }

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .object(let object) = value else { return true }
        var passes = true
        for dependency in dependencies where object.contains(dependency.name) {
            if try !evaluation.apply(dependency.node, to: value, &evaluated) { passes = false }
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        var dependencies: [(name: String, node: NodeID)] = []
        if schema.dialect.draft == .draft202012 {
            dependencies = try compilation.subschemaMap("dependentSchemas", in: schema)
        }
        if let object = try compilation.map("dependencies", in: schema) {
            if schema.dialect.draft == .draft202012 {
                compilation.warn(
                    .readAsMeant, "dependencies", in: schema,
                    "draft-07's keyword is read as dependentRequired and dependentSchemas")
            }
            for member in object.members where member.value.arrayValue == nil {
                guard let node = compilation.subschema("dependencies", member.name, in: schema) else { continue }
                dependencies.append((member.name, node))
            }
        }
        return dependencies.isEmpty ? nil : DependentSchemasKeyword(dependencies: dependencies)
    }
}
