import StrictJSON

/// The keywords that look at what all others have left.
protocol UnevaluatedKeyword: Keyword {}

/// `unevaluatedProperties`
struct UnevaluatedPropertiesKeyword: UnevaluatedKeyword {
    private let node: NodeID
    private let isForbidding: Bool
    private let names: [String]
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .object(let object) = value, let seen = evaluated else { return true }
        try evaluation.spend(object.count)
        var passes = true
        for (index, member) in object.members.enumerated() where !seen.contains(index) {
            let passesHere =
                isForbidding
                ? evaluation.fail(
                    "unevaluatedProperties", at: location, member: member.name, Wording.unknownName(member.name, names))
                : try evaluation.apply(node, toChild: member.value, at: .name(member.name))
            guard passesHere || evaluation.isReporting else { return false }
            if !passesHere { passes = false }
        }
        evaluated?.insertAll()
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        guard schema.dialect.draft == .draft202012,
            let node = compilation.subschema("unevaluatedProperties", in: schema)
        else { return nil }
        return UnevaluatedPropertiesKeyword(
            node: node, isForbidding: schema.object["unevaluatedProperties"] == false,
            names: schema.object["properties"]?.objectValue?.members.map(\.name) ?? [], location: schema.location)
    }
}

/// `unevaluatedItems`
struct UnevaluatedItemsKeyword: UnevaluatedKeyword {
    private let node: NodeID
    private let isForbidding: Bool
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .array(let elements) = value, let seen = evaluated else { return true }
        try evaluation.spend(elements.count)
        let rest = elements.indices.filter { !seen.contains($0) }
        evaluated?.insertAll()
        if isForbidding, let first = rest.first {
            return evaluation.fail(
                "unevaluatedItems", at: location,
                "must not have elements beyond those described: \(rest.count) too many, the first at index \(first)")
        }
        var passes = true
        for index in rest where try !evaluation.apply(node, toChild: elements[index], at: .index(index)) {
            passes = false
            if !evaluation.isReporting { break }
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        guard schema.dialect.draft == .draft202012, let node = compilation.subschema("unevaluatedItems", in: schema)
        else { return nil }
        return UnevaluatedItemsKeyword(
            node: node, isForbidding: schema.object["unevaluatedItems"] == false, location: schema.location)
    }
}
