import StrictJSON

/// Members of a schema that constrain nothing: annotations pass, former constraints are refused, the rest earns a
/// warning, since a misspelt keyword would otherwise be a limit that nobody enforces.
enum UnknownKeywords {
    private static let constraints: Set<String> = [
        "$ref", "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
        "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties",
        "required", "properties", "patternProperties", "additionalProperties", "propertyNames", "items", "contains",
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependencies", "format", "nullable",
    ]
    private static let newConstraints: Set<String> = [
        "$dynamicRef", "maxContains", "minContains", "dependentRequired", "dependentSchemas", "prefixItems",
        "unevaluatedItems", "unevaluatedProperties",
    ]
    private static let annotations: Set<String> = [
        "$schema", "$id", "$anchor", "$dynamicAnchor", "$defs", "$vocabulary", "$comment", "definitions", "title",
        "description", "default", "deprecated", "readOnly", "writeOnly", "examples", "example", "contentEncoding",
        "contentMediaType", "contentSchema",
    ]

    /// Constraints of other drafts, and what to write instead.
    private static let former: [String: String] = [
        "divisibleBy": "multipleOf", "disallow": "not", "extends": "allOf", "$recursiveRef": "$dynamicRef",
    ]

    static func review(_ schema: Subschema, _ compilation: inout SchemaCompilation) throws(SchemaError) {
        let isDraft07 = schema.dialect.draft == .draft07
        let isReference = isDraft07 && schema.object["$ref"] != nil
        for member in schema.object.members {
            let name = member.name
            if isReference {
                guard name != "$ref", constraints.contains(name) else { continue }
                compilation.warn(.noEffect, name, in: schema, "draft-07 ignores what stands beside $ref")
                continue
            }
            if constraints.contains(name) || annotations.contains(name) || name.hasPrefix("x-") { continue }
            if newConstraints.contains(name) {
                guard isDraft07 else { continue }
                compilation.warn(.noEffect, name, in: schema, "the keyword is newer than the draft-07 that is named")
                continue
            }
            if let replacement = former[name] {
                _ = try compilation.collect { (compilation: inout SchemaCompilation) throws(SchemaError) -> Void? in
                    throw compilation.error(
                        .unsupported, name, in: schema, "a keyword of another draft; write \"\(replacement)\"")
                }
                continue
            }
            if name == "additionalItems" {
                try reviewAdditionalItems(schema, &compilation)
            } else {
                warnAboutUnknown(name, schema, &compilation)
            }
        }
        try reviewLoneContainsBounds(schema, &compilation)
    }

    private static func warnAboutUnknown(
        _ name: String, _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) {
        let known = constraints.union(schema.dialect.draft == .draft07 ? [] : newConstraints).sorted()
        let hint = NearestName.find(name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        compilation.warn(.noEffect, name, in: schema, "the keyword is not known and constrains nothing\(hint)")
    }

    private static func reviewAdditionalItems(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) {
        guard schema.object["items"]?.arrayValue == nil else { return }
        compilation.warn(.noEffect, "additionalItems", in: schema, "it only applies after an array of items")
    }

    private static func reviewLoneContainsBounds(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) {
        guard schema.object["contains"] == nil, schema.dialect.draft == .draft202012 else { return }
        for keyword in ["minContains", "maxContains"] {
            guard try compilation.count(keyword, in: schema) != nil else { continue }
            compilation.warn(.noEffect, keyword, in: schema, "it has no effect without \"contains\"")
        }
    }
}
