import HallpassCrypto
package import StrictJSON

/// What a tool's author says of it. This is pinned: a model that reads other words may do other things, so a change of any of
/// it is for a person to see.
package struct ToolDefinition: Sendable {
    package let name: ToolName
    /// `nil` where it is empty too.
    package let description: String?
    package let inputSchema: JSONObject?

    package init(name: ToolName, description: String?, inputSchema: JSONObject?) {
        self.name = name
        self.description = description.flatMap { $0.isEmpty ? nil : $0 }
        self.inputSchema = inputSchema
    }

    package init(of tool: Tool) {
        self.init(name: tool.name, description: tool.description, inputSchema: tool.inputSchema?.objectValue)
    }

    /// `{"name","description"?,"input_schema"?}`
    package var json: JSONValue {
        var object = JSONObject()
        object["name"] = .string(name.rawValue)
        object["description"] = description.map(JSONValue.string)
        object["input_schema"] = inputSchema.map(JSONValue.object)
        return .object(object)
    }

    /// Names this very definition: SHA-256 of its canonical form in base64url, 43 characters.
    package var digest: String { Base64URL.encode(SHA256.hash(CanonicalJSON.bytes(of: json))) }

    /// The definition with the idempotency key that the registered one describes, where this one describes none.
    ///
    /// The key is Hallpass's own, and most servers know nothing of it: that is no change of what the tool does.
    func keepingKey(of registered: Tool) -> ToolDefinition {
        let key = "idempotency_key"
        guard registered.effect != .read, let known = registered.inputSchema?.objectValue,
            let described = known["properties"]?.objectValue?[key],
            inputSchema?["properties"]?.objectValue?[key] == nil
        else { return self }
        var schema = inputSchema ?? JSONObject()
        if schema["type"] == nil { schema["type"] = "object" }
        var properties = schema["properties"]?.objectValue ?? JSONObject()
        properties[key] = described
        schema["properties"] = .object(properties)
        if let place = known["required"]?.arrayValue?.firstIndex(of: .string(key)) {
            var required = schema["required"]?.arrayValue ?? []
            if !required.contains(.string(key)) { required.insert(.string(key), at: min(place, required.count)) }
            schema["required"] = .array(required)
        }
        return ToolDefinition(name: name, description: description, inputSchema: schema)
    }
}

extension ToolDefinition: Hashable {
    /// By their canonical forms, because `==` on texts takes what only looks the same for the same.
    package static func == (left: Self, right: Self) -> Bool { left.json == right.json }
    package func hash(into hasher: inout Hasher) { hasher.combine(json) }
}

/// The list of tools as MCP servers give it: `[{"name","description"?,"inputSchema"?,…}]`.
///
/// Source: Model Context Protocol, "Tools", `tools/list`.
extension ToolDefinition {
    /// - Throws: everything that is wrong with the list; members that are not pinned are not looked at.
    package static func list(reading reader: JSONObjectReader, _ name: String) -> [ToolDefinition]? {
        var seen: Set<ToolName> = []
        return reader.requiredObjectArray(name, count: 0...Limits.toolsPerConnector) { reader in
            let name = reader.requiredString("name", orElse: ToolName.rule, ToolName.init)
            let description = reader.optionalString("description")
            let schema = reader.optionalObject("inputSchema")
            for member in reader.object { _ = reader.optionalValue(member.name) }
            guard let name else { return nil }
            if !seen.insert(name).inserted {
                reader.refuse("name", rule: "unique", message: "must not repeat the name of an earlier tool")
            }
            return ToolDefinition(name: name, description: description, inputSchema: schema)
        }
    }
}
