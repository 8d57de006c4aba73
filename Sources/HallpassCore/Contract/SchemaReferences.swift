import StrictJSON

/// Where a schema's references lead, as far as it matters to one that is to be moved.
enum SchemaReferences {
    /// Whether parts of the schema are found by a name, which moving it would take from under a document of their own.
    static func namesItsParts(_ schema: JSONValue) -> Bool {
        !everyObject(in: schema) { object in
            let refersElsewhere = object["$ref"]?.stringValue.map { $0 != "#" && !$0.hasPrefix("#/") } ?? false
            return !refersElsewhere && !object.contains { names.contains($0.name) && $0.value.stringValue != nil }
        }
    }

    /// The schema with its references as they have to be where it stands now.
    ///
    /// - Parameter place: `#` and a pointer.
    static func moved(_ schema: JSONValue, to place: String) -> JSONValue {
        switch schema {
        case .array(let elements): return .array(elements.map { moved($0, to: place) })
        case .object(let object):
            var result = JSONObject()
            for member in object {
                switch member.name {
                case "$ref" where member.value.stringValue?.hasPrefix("#") ?? false:
                    result["$ref"] = .string(place + (member.value.stringValue ?? "#").dropFirst())
                case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies":
                    // Their members are names, not keywords.
                    var schemas = member.value.objectValue ?? JSONObject()
                    for entry in schemas { schemas[entry.name] = moved(entry.value, to: place) }
                    result[member.name] = member.value.objectValue == nil ? member.value : .object(schemas)
                case _ where data.contains(member.name): result[member.name] = member.value
                default: result[member.name] = moved(member.value, to: place)
                }
            }
            return .object(result)
        case .null, .bool, .integer, .number, .string: return schema
        }
    }

    private static let names: Set<String> = ["$id", "$anchor", "$dynamicAnchor", "$dynamicRef"]
    /// What stands there is values, whatever they look like.
    private static let data: Set<String> = ["const", "enum", "default", "examples", "example"]

    /// Looks at more than the schemas, values too, so that what is found is never too little.
    static func everyObject(in value: JSONValue, _ holds: (JSONObject) -> Bool) -> Bool {
        switch value {
        case .object(let object): holds(object) && object.allSatisfy { everyObject(in: $0.value, holds) }
        case .array(let elements): elements.allSatisfy { everyObject(in: $0, holds) }
        case .null, .bool, .integer, .number, .string: true
        }
    }
}
