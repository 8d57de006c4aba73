import StrictJSON

/// Where a schema object holds other schemas. What stands elsewhere (`const`, `default`, unknown keywords) is data, and
/// an `$id` in it identifies nothing.
enum SubschemaPositions {
    private static let single: Set<String> = [
        "additionalProperties", "additionalItems", "items", "contains", "not", "if", "then", "else", "propertyNames",
        "unevaluatedItems", "unevaluatedProperties", "contentSchema",
    ]
    private static let list: Set<String> = ["allOf", "anyOf", "oneOf", "prefixItems", "items"]
    private static let map: Set<String> = [
        "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies",
    ]

    /// The ways down from `schema` to its direct subschemas, one or two tokens each.
    static func paths(in schema: JSONObject) -> [[String]] {
        var paths: [[String]] = []
        for member in schema.members {
            switch member.value {
            case .object(let object):
                if map.contains(member.name) {
                    for entry in object.members where isSchema(entry.value) { paths.append([member.name, entry.name]) }
                } else if single.contains(member.name) {
                    paths.append([member.name])
                }
            case .array(let elements):
                guard list.contains(member.name) else { continue }
                for (index, element) in elements.enumerated() where isSchema(element) {
                    paths.append([member.name, String(index)])
                }
            case .bool:
                if single.contains(member.name) { paths.append([member.name]) }
            case .null, .integer, .number, .string: continue
            }
        }
        return paths
    }

    private static func isSchema(_ value: JSONValue) -> Bool {
        switch value {
        case .object, .bool: true
        case .null, .integer, .number, .string, .array: false
        }
    }
}
