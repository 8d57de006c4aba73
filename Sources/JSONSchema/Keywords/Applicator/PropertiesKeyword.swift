import StrictJSON

/// `properties`, `patternProperties` and `additionalProperties`: one pass over the members.
struct PropertiesKeyword: Keyword {
    private enum Additional: Sendable {
        case anything
        case forbidden
        case schema(NodeID)
    }

    private let names: [String]
    private let nodeByName: [ExactString: NodeID]
    private let patterns: [(pattern: Pattern, node: NodeID)]
    private let additional: Additional?
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .object(let object) = value else { return true }
        try evaluation.spend(object.count)
        var passes = true
        for (index, member) in object.members.enumerated() {
            var isKnown = false
            if let node = nodeByName[ExactString(member.name)] {
                isKnown = true
                if try !evaluation.apply(node, toChild: member.value, at: .name(member.name)) { passes = false }
            }
            for entry in patterns where try evaluation.finds(entry.pattern, in: member.name) {
                isKnown = true
                if try !evaluation.apply(entry.node, toChild: member.value, at: .name(member.name)) { passes = false }
            }
            if !isKnown, additional != nil {
                isKnown = true
                if try !checkAdditional(member, &evaluation) { passes = false }
            }
            if isKnown { evaluated?.insert(index) }
            if !passes, !evaluation.isReporting { return false }
        }
        return passes
    }

    private func checkAdditional(
        _ member: JSONObject.Member, _ evaluation: inout Evaluation
    ) throws(ValidationLimit) -> Bool {
        switch additional {
        case nil, .anything: true
        case .schema(let node): try evaluation.apply(node, toChild: member.value, at: .name(member.name))
        case .forbidden:
            evaluation.fail(
                "additionalProperties", at: location, member: member.name, Wording.unknownName(member.name, names))
        }
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let properties = try compilation.subschemaMap("properties", in: schema)
        var patterns: [(pattern: Pattern, node: NodeID)] = []
        for entry in try compilation.subschemaMap("patternProperties", in: schema) {
            patterns.append((try compilation.pattern(entry.name, "patternProperties", in: schema), entry.node))
        }
        let additional = additional(in: schema, &compilation)
        guard !properties.isEmpty || !patterns.isEmpty || additional != nil else { return nil }
        var nodeByName: [ExactString: NodeID] = [:]
        for entry in properties { nodeByName[ExactString(entry.name)] = entry.node }
        return PropertiesKeyword(
            names: properties.map(\.name), nodeByName: nodeByName, patterns: patterns, additional: additional,
            location: schema.location)
    }

    private static func additional(in schema: Subschema, _ compilation: inout SchemaCompilation) -> Additional? {
        switch schema.object["additionalProperties"] {
        case nil: nil
        case .bool(true): .anything
        case .bool(false): .forbidden
        default: compilation.subschema("additionalProperties", in: schema).map { .schema($0) }
        }
    }
}
