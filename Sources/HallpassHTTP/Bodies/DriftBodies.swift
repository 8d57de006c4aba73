import HallpassBroker
import HallpassCore
import StrictJSON

/// `{"url","token"?}`
struct ToolsFetchBody {
    let url: OutboundURL
    let token: BearerToken?

    static func read(_ document: JSONValue) throws -> ToolsFetchBody {
        try JSONObjectReader.decode(document) { reader in
            let url = reader.requiredString("url", orElse: "\(OutboundURL.rule), and without query", endpoint)
            let token = reader.optionalString("token", orElse: BearerToken.rule, BearerToken.init)
            return url.map { ToolsFetchBody(url: $0, token: token) }
        }
    }

    /// The address goes on record, and a query is where secrets hide.
    private static func endpoint(_ text: String) -> OutboundURL? { text.contains("?") ? nil : OutboundURL(text) }
}

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
