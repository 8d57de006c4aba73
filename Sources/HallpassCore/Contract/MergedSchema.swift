import StrictJSON

/// One schema that accepts exactly the arguments that a tool's own schema and all of its constraints accept.
///
/// What a model reads is then what is enforced. A bound is written where the tool's schema has the same member, because that
/// is where a model looks. What cannot stand there without changing what something else means stands under `allOf`.
enum MergedSchema {
    /// - Parameter constraints: each a schema for the whole of the arguments.
    static func make(_ schema: JSONValue?, narrowedBy constraints: [JSONValue]) -> JSONObject {
        let own = schema?.objectValue ?? JSONObject()
        let overlays = constraints.filter { $0 != [:] && $0 != true }
        let canBeWrittenInto =
            SchemaOverlay.canBeWritten(into: own) && overlays.allSatisfy(SchemaOverlay.isPortable)
        var merged =
            overlays.isEmpty || canBeWrittenInto
            ? overlays.reduce(own, SchemaOverlay.narrow) : conjunction(own, overlays)
        // MCP asks for it in so many words; arguments are an object in any case.
        if merged["type"] == nil { merged["type"] = "object" }
        return merged
    }

    /// The schemas side by side, each as it is but for its references, which led from the top of a document of its own.
    private static func conjunction(_ schema: JSONObject, _ constraints: [JSONValue]) -> JSONObject {
        let dialect = schema["$schema"] ?? .string(defaultDialect)
        var parts: [JSONValue] = []
        for (index, document) in ([.object(schema)] + constraints).enumerated() {
            guard var object = document.objectValue else {
                parts.append(document)
                continue
            }
            let ownDialect = object["$schema"] ?? .string(defaultDialect)
            object["$schema"] = nil
            let isMereReference = ownDialect.stringValue?.contains("draft-07") ?? false && object["$ref"] != nil
            // Draft-07 ignores what stands beside a reference, a name too.
            if isMereReference { object["$id"] = nil }
            let speaksTheSame = index == 0 || ownDialect == dialect || SchemaOverlay.isPortable(document)
            if speaksTheSame, !SchemaReferences.namesItsParts(.object(object)) {
                parts.append(SchemaReferences.moved(.object(object), to: "#/allOf/\(index)"))
                continue
            }
            // A resource of its own: its references and its dialect stay what they were.
            var resource = object
            if isMereReference {
                resource = JSONObject()
                resource["allOf"] = [SchemaReferences.moved(.object(object), to: "#/allOf/0")]
            }
            resource["$schema"] = ownDialect
            // A constraint that was copied has the name of what it was copied from.
            if index > 0 || resource["$id"] == nil { resource["$id"] = .string("urn:hallpass:schema:\(index)") }
            parts.append(.object(resource))
        }
        var merged = JSONObject()
        merged["$schema"] = schema["$schema"]
        merged["type"] = "object"
        merged["allOf"] = .array(parts)
        return merged
    }

    /// What a document without `$schema` is read as.
    private static let defaultDialect = "https://json-schema.org/draft/2020-12/schema"
}
