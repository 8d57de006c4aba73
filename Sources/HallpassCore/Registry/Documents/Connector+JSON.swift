import StrictJSON

/// `{kind, id, resource, owner?, description?, tools}`
extension Connector {
    init?(reading reader: JSONObjectReader) {
        let id: ConnectorID? = reader.requiredIdentifier("id")
        let resource = reader.requiredString("resource", orElse: ResourceURI.rule, ResourceURI.init)
        let owner = reader.optionalFreeText("owner")
        let description = reader.optionalFreeText("description")
        var seen: Set<ToolName> = []
        let tools = reader.requiredObjectArray("tools", count: 0...Limits.toolsPerConnector) { reader in
            let tool = Tool(reading: reader)
            if let tool, !seen.insert(tool.name).inserted {
                reader.refuse("name", rule: "unique", message: "must not repeat the name of an earlier tool")
            }
            return tool
        }
        guard let id, let resource, let tools else { return nil }
        self.init(id: id, resource: resource, owner: owner, description: description, tools: tools)
    }

    func write(to object: inout JSONObject) {
        object["id"] = .string(id.rawValue)
        object["resource"] = .string(resource.rawValue)
        object["owner"] = owner.map(JSONValue.string)
        object["description"] = description.map(JSONValue.string)
        object["tools"] = .array(tools.map(\.json))
    }
}

/// `{name, description?, effect, scopes?, input_schema?, idempotent?, approval?}`
extension Tool {
    fileprivate init?(reading reader: JSONObjectReader) {
        let name = reader.requiredString("name", orElse: ToolName.rule, ToolName.init)
        let description = reader.optionalFreeText("description")
        let effect = reader.requiredChoice("effect", ToolEffect.self)
        let scopes = reader.optionalScopes("scopes") ?? .empty
        let schema = reader.optionalObject("input_schema")
        let isIdempotent = reader.optionalBool("idempotent") ?? false
        let needsApproval = reader.optionalChoice("approval", ToolApproval.self) != nil
        if let schema { Self.check(schema, effect: effect, reader) }
        guard let name, let effect else { return nil }
        self.init(
            name: name, description: description, effect: effect, scopes: scopes,
            inputSchema: schema.map(JSONValue.object), isIdempotent: isIdempotent, needsApproval: needsApproval)
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["name"] = .string(name.rawValue)
        object["description"] = description.map(JSONValue.string)
        object["effect"] = .string(effect.rawValue)
        object["scopes"] = JSONValue(names: scopes.scopes.map(\.rawValue))
        object["input_schema"] = inputSchema
        object["idempotent"] = .bool(isIdempotent)
        object["approval"] = needsApproval ? .string(ToolApproval.required.rawValue) : nil
        return .object(object)
    }

    /// What has to hold of every tool's schema, whatever else it says: arguments are an object, and a call that changes
    /// something can carry the key by which a repetition is told from a second call.
    private static func check(_ schema: JSONObject, effect: ToolEffect?, _ reader: JSONObjectReader) {
        let pointer = reader.pointer.appending("input_schema")
        if let type = schema["type"], type != "object" {
            reader.refuse(
                at: pointer.appending("type"), rule: "schema",
                message: "must be object, because a tool's arguments are an object")
        }
        guard let effect, effect != .read else { return }
        if schema["properties"]?.objectValue?.contains("idempotency_key") != true {
            reader.refuse(
                at: pointer.appending("properties"), rule: "idempotency_key",
                message: "must describe idempotency_key, because the tool's effect is \(effect.rawValue)")
        }
    }
}

/// The one thing that a tool's `approval` says where it is there at all.
private enum ToolApproval: String, CaseIterable {
    case required
}
