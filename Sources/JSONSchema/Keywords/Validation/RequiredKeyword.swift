import StrictJSON

/// `required`, and draft-3's boolean of that name in the subschemas of `properties`.
struct RequiredKeyword: Keyword {
    private let names: [String]
    private let known: Set<String>
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .object(let object) = value else { return true }
        try evaluation.spend(1 + names.count / 8)
        var passes = true
        for name in names where !object.contains(name) {
            passes = evaluation.fail(
                "required", at: location, "must have the member \(Wording.quoted(name))\(hint(name, object))")
            if !evaluation.isReporting { return false }
        }
        return passes
    }

    private static let searchedMembers = 100

    /// Points at a member nobody asked for that resembles the missing one.
    private func hint(_ name: String, _ object: JSONObject) -> String {
        let strangers = object.members.prefix(Self.searchedMembers).map(\.name).filter { !known.contains($0) }
        guard let resembling = NearestName.find(name, among: strangers) else { return "" }
        return " (\(Wording.quoted(resembling)) resembles it)"
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let properties = schema.object["properties"]?.objectValue
        var names = try compilation.requiredNames(in: schema)
        for member in properties?.members ?? [] where member.value.objectValue?["required"] == true {
            if !names.contains(member.name) { names.append(member.name) }
        }
        guard !names.isEmpty else { return nil }
        return RequiredKeyword(
            names: names, known: Set(properties?.members.map(\.name) ?? []), location: schema.location)
    }
}

extension SchemaCompilation {
    fileprivate mutating func requiredNames(in schema: Subschema) throws(SchemaError) -> [String] {
        guard let value = schema.object["required"] else { return [] }
        switch value {
        case .null:
            warn(.readAsMeant, "required", in: schema, "null is read as an empty list")
            return []
        case .bool(let isRequired):
            let isProperty = isInProperties(schema.location)
            guard isProperty || !isRequired else {
                throw malformed("required", in: schema, "must be an array of names")
            }
            warn(
                .readAsMeant, "required", in: schema,
                isRequired
                    ? "draft-3's true is read as this member being required" : "draft-3's false is read as nothing")
            return []
        case .integer, .number, .string, .array, .object:
            return try strings(value, "required", in: schema)
        }
    }

    private func isInProperties(_ location: LocationID) -> Bool {
        index.locations.parent(of: location).map { index.locations.token(of: $0) == "properties" } ?? false
    }
}
