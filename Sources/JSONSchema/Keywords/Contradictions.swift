import StrictJSON

/// Keywords that no value can satisfy together. Legal, and never what was meant.
enum Contradictions {
    private static let bounds = [
        ("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"),
        ("minProperties", "maxProperties"), ("minContains", "maxContains"),
    ]

    static func review(_ schema: Subschema, _ compilation: inout SchemaCompilation) {
        for (lower, upper) in bounds {
            guard let low = schema.object[lower]?.doubleValue, let high = schema.object[upper]?.doubleValue, low > high
            else { continue }
            compilation.warn(.contradiction, lower, in: schema, "it is more than \(upper)")
        }
        reviewConstants(schema, &compilation)
        reviewRequired(schema, &compilation)
    }

    private static func reviewConstants(_ schema: Subschema, _ compilation: inout SchemaCompilation) {
        guard let names = schema.object["type"].map({ $0.arrayValue ?? [$0] })?.compactMap(\.stringValue),
            !names.contains("any")
        else { return }
        var types = names.compactMap(JSONTypes.init(name:)).reduce(into: JSONTypes()) { $0.formUnion($1) }
        if schema.object["nullable"] == true { types.insert(.null) }
        func fits(_ value: JSONValue) -> Bool {
            types.contains(JSONTypes(of: value))
                || types.contains(.integer) && value.doubleValue.map { $0.rounded() == $0 } ?? false
        }
        if let constant = schema.object["const"], !fits(constant) {
            compilation.warn(.contradiction, "const", in: schema, "the value is not of the type")
        }
        if let values = schema.object["enum"]?.arrayValue, !values.isEmpty, !values.contains(where: fits) {
            compilation.warn(.contradiction, "enum", in: schema, "no value is of the type")
        }
    }

    private static func reviewRequired(_ schema: Subschema, _ compilation: inout SchemaCompilation) {
        guard let required = schema.object["required"]?.arrayValue?.compactMap(\.stringValue) else { return }
        let properties = schema.object["properties"]?.objectValue
        let isClosed = schema.object["additionalProperties"] == false && schema.object["patternProperties"] == nil
        for name in required {
            let property = properties?[name]
            if property == false || property == nil && isClosed {
                compilation.warn(
                    .contradiction, "required", in: schema, "it asks for \(Wording.quoted(name)), which is not allowed")
            }
        }
        if let maximum = schema.object["maxProperties"]?.integerValue, Int64(Set(required).count) > maximum {
            compilation.warn(.contradiction, "required", in: schema, "it asks for more members than maxProperties")
        }
    }
}
