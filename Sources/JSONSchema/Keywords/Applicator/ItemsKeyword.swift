import StrictJSON

/// `prefixItems` and `items`; in draft-07 `items` as an array and `additionalItems`.
struct ItemsKeyword: Keyword {
    private let prefix: [NodeID]
    private let rest: NodeID?
    /// The keyword that says that there is no rest.
    private let closedBy: String?
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .array(let elements) = value else { return true }
        var passes = true
        if let closedBy, elements.count > prefix.count {
            passes = evaluation.fail(
                closedBy, at: location,
                "must have at most \(Wording.count(prefix.count, "element")), and has \(elements.count)")
        }
        for (index, element) in elements.enumerated() {
            let node = index < prefix.count ? prefix[index] : rest
            guard let node else { break }
            if try !evaluation.apply(node, toChild: element, at: .index(index)) { passes = false }
            if !passes, !evaluation.isReporting { return false }
        }
        if rest != nil || closedBy != nil {
            evaluated?.insertAll()
        } else if evaluated != nil {
            for index in 0..<min(prefix.count, elements.count) { evaluated?.insert(index) }
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        var prefix: [NodeID] = []
        var restKeyword = "items"
        if let elements = schema.object["items"]?.arrayValue {
            restKeyword = "additionalItems"
            try compilation.reviewItemsArray(schema)
            if !elements.isEmpty { prefix = try compilation.subschemaList("items", in: schema) }
        } else if schema.dialect.draft == .draft202012 {
            prefix = try compilation.subschemaList("prefixItems", in: schema)
        }
        var closedBy: String?
        var rest: NodeID?
        if schema.object[restKeyword] == false {
            closedBy = restKeyword
        } else {
            rest = compilation.subschema(restKeyword, in: schema)
        }
        guard !prefix.isEmpty || rest != nil || closedBy != nil else { return nil }
        return ItemsKeyword(prefix: prefix, rest: rest, closedBy: closedBy, location: schema.location)
    }
}

extension SchemaCompilation {
    fileprivate mutating func reviewItemsArray(_ schema: Subschema) throws(SchemaError) {
        guard schema.dialect.draft == .draft202012 else { return }
        guard schema.object["prefixItems"] == nil else {
            throw malformed("items", in: schema, "must be a schema, not an array, beside prefixItems")
        }
        warn(.readAsMeant, "items", in: schema, "draft-07's array is read as prefixItems, and additionalItems as items")
    }
}
