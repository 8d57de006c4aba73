import HallpassBroker
import HallpassCore
import StrictJSON

/// `{"tools":[{"name","description"?,"inputSchema"?,…}],"dry_run"?}`
struct ObservedToolsBody {
    let tools: [ToolDefinition]
    let isDryRun: Bool

    static func read(_ document: JSONValue) throws -> ObservedToolsBody {
        try JSONObjectReader.decode(document) { reader in
            let tools = ToolDefinition.list(reading: reader, "tools")
            let isDryRun = reader.optionalBool("dry_run") ?? false
            return tools.map { ObservedToolsBody(tools: $0, isDryRun: isDryRun) }
        }
    }
}

/// `{"tools":[{"name","digest"}]}`
enum QuarantineBody {
    static func read(_ document: JSONValue) throws -> [QuarantineChoice] {
        var seen: Set<ToolName> = []
        return try JSONObjectReader.decode(document) { reader in
            reader.requiredObjectArray("tools", count: 1...Limits.toolsPerConnector) { reader in
                let tool = reader.required("name", rule: ToolName.rule, ToolName.init)
                let digest = reader.requiredString("digest", lengthBytes: 43...43)
                if let tool, !seen.insert(tool).inserted {
                    reader.refuse("name", rule: "unique", message: "must not repeat the name of an earlier tool")
                }
                guard let tool, let digest else { return nil }
                return QuarantineChoice(tool: tool, digest: digest)
            }
        }
    }
}
