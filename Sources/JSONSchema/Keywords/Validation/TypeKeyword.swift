import StrictJSON

/// `type`, and OpenAPI's `nullable` beside it.
struct TypeKeyword: Keyword {
    private let types: JSONTypes
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        if types.contains(JSONTypes(of: value)) || types.contains(.integer) && Self.isIntegral(value) { return true }
        return evaluation.fail(
            "type", at: location, "must be \(types.description), not \(JSONTypes(of: value).description)")
    }

    /// A number beyond the safe integers can still be integral: 1e300 is.
    private static func isIntegral(_ value: JSONValue) -> Bool {
        guard case .number(let number) = value else { return false }
        return number.rounded() == number
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let isNullable = try compilation.nullable(in: schema)
        guard var types = try compilation.types(in: schema) else { return nil }
        if isNullable { types.insert(.null) }
        return TypeKeyword(types: types, location: schema.location)
    }
}

extension SchemaCompilation {
    /// - Returns: `nil` when every type is allowed.
    mutating func types(in schema: Subschema) throws(SchemaError) -> JSONTypes? {
        guard let value = schema.object["type"] else { return nil }
        let names: [String]
        if let name = value.stringValue {
            names = [name]
        } else if value.arrayValue != nil {
            names = try strings(value, "type", in: schema)
        } else {
            throw malformed("type", in: schema, "must be a type's name or an array of them")
        }
        guard !names.isEmpty else { throw malformed("type", in: schema, "must name at least one type") }
        var types: JSONTypes = []
        for name in names {
            if name == "any" {
                warn(.readAsMeant, "type", in: schema, "draft-3's \"any\" is read as every type")
                return nil
            }
            guard let type = JSONTypes(name: name) else {
                throw malformed("type", in: schema, "names an unknown type\(JSONTypes.suggestion(for: name))")
            }
            types.formUnion(type)
        }
        return types
    }

    fileprivate mutating func nullable(in schema: Subschema) throws(SchemaError) -> Bool {
        guard try boolean("nullable", in: schema) == true else { return false }
        guard schema.object["type"] != nil else {
            warn(.noEffect, "nullable", in: schema, "OpenAPI's nullable only adds null to a type, and there is none")
            return false
        }
        warn(.readAsMeant, "nullable", in: schema, "OpenAPI's nullable is read as null being one of the types")
        if let values = schema.object["enum"]?.arrayValue, !values.contains(.null) {
            warn(.contradiction, "nullable", in: schema, "null is not one of the enum's values and stays refused")
        }
        return true
    }
}
