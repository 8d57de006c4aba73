import StrictJSON

/// `dependentRequired`, and the lists of names in draft-07's `dependencies`.
struct DependentRequiredKeyword: Keyword {
    private struct Dependency: Sendable {
        let name: String
        let required: [String]
        let rule: String
    }

    private let dependencies: [Dependency]
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .object(let object) = value else { return true }
        var passes = true
        for dependency in dependencies where object.contains(dependency.name) {
            try evaluation.spend(1 + dependency.required.count / 8)
            for required in dependency.required where !object.contains(required) {
                passes = evaluation.fail(
                    dependency.rule, at: location,
                    "must have the member \(Wording.quoted(required)) beside \(Wording.quoted(dependency.name))")
            }
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        var dependencies: [Dependency] = []
        if schema.dialect.draft == .draft202012 {
            for member in try compilation.map("dependentRequired", in: schema)?.members ?? [] {
                let required = try compilation.strings(member.value, "dependentRequired", in: schema)
                dependencies.append(Dependency(name: member.name, required: required, rule: "dependentRequired"))
            }
        }
        for member in try compilation.map("dependencies", in: schema)?.members ?? []
        where member.value.arrayValue != nil {
            let required = try compilation.strings(member.value, "dependencies", in: schema)
            dependencies.append(Dependency(name: member.name, required: required, rule: "dependencies"))
        }
        guard !dependencies.isEmpty else { return nil }
        return DependentRequiredKeyword(dependencies: dependencies, location: schema.location)
    }
}
