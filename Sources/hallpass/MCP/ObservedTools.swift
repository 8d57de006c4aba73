import HallpassCore
import StrictJSON

/// The tools that an MCP server describes, from wherever the description came.
struct ObservedTools {
    /// As described.
    let items: [JSONObject]

    init(_ items: [JSONObject]) { self.items = items }

    /// A saved answer: the list itself, the result of `tools/list`, or the whole JSON-RPC response.
    init(file path: String) throws {
        let bytes = try LocalFile.read(path, limitBytes: Limits.toolAnswerBytes)
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes, limits: JSONLimits(depth: ClientLimits.answerDepth))
        } catch {
            throw CommandFailure.localFile("\(path) is not JSON.", next: "save the answer to tools/list")
        }
        let found = value.arrayValue ?? (value["result"] ?? value)["tools"]?.arrayValue
        guard let found else {
            throw CommandFailure.localFile(
                "\(path) holds no list of tools.", next: "save the answer to tools/list, or its tools as an array")
        }
        self.init(
            try found.map { item in
                guard let object = item.objectValue else {
                    throw CommandFailure.badAnswer("The list of tools has something else in it than tools.")
                }
                return object
            })
    }

    /// What a server is told of them: what is pinned, and nothing else.
    var pinned: JSONValue {
        .array(
            items.map { item in
                var tool = JSONObject()
                for name in ["name", "description", "inputSchema"] {
                    if let value = item[name], !value.isNull { tool[name] = value }
                }
                return .object(tool)
            })
    }

    /// A Connector document to start from. What it does not know it says in a way that lets nobody call anything.
    func connector(_ id: ConnectorID, resource: String) -> JSONValue {
        [
            "kind": "Connector", "id": .string(id.rawValue), "resource": .string(resource),
            "tools": .array(items.map(Self.tool)),
        ]
    }

    /// Of no deployment until a person has named one: an empty list would mean that anybody may call the tool.
    static let unknownScope = "FILL-IN"

    private static func tool(_ item: JSONObject) -> JSONValue {
        let effect = effect(item["annotations"])
        var tool = JSONObject()
        tool["name"] = item["name"]
        if let text = item["description"]?.stringValue, !text.isEmpty { tool["description"] = .string(text) }
        tool["effect"] = .string(effect.rawValue)
        tool["scopes"] = .array([.string(unknownScope)])
        var schema = item["inputSchema"]?.objectValue ?? JSONObject()
        if schema["type"] == nil { schema["type"] = "object" }
        if effect != .read { schema = withKey(schema) }
        tool["input_schema"] = .object(schema)
        return .object(tool)
    }

    /// What a server says of itself is a hint; without one, the worst is assumed.
    private static func effect(_ annotations: JSONValue?) -> ToolEffect {
        if annotations?["readOnlyHint"] == true { return .read }
        return annotations?["destructiveHint"] == false ? .write : .destructive
    }

    private static func withKey(_ schema: JSONObject) -> JSONObject {
        var schema = schema
        var properties = schema["properties"]?.objectValue ?? JSONObject()
        guard properties["idempotency_key"] == nil else { return schema }
        properties["idempotency_key"] = ["type": "string", "minLength": 1, "maxLength": 255]
        schema["properties"] = .object(properties)
        return schema
    }
}
