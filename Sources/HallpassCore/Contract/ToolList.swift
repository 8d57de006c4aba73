import HallpassCrypto
package import StrictJSON
import Synchronization

/// What a model may know of a deployment's tools, in the shape of MCP's `tools/list`: those that can be called there, each
/// with a schema that accepts what a call will be held against.
package struct ToolList: Hashable, Sendable {
    /// `[{"name","description","inputSchema","annotations"}]`, in the order they were registered.
    package let tools: [JSONValue]
    /// Names this very list: SHA-256 of its canonical form in base64url, 43 characters.
    package let digest: String

    /// - Parameter isOff: says whether a tool is switched off there, itself or with what it is part of.
    init(_ connector: Connector, _ deployment: Deployment, _ quarantine: Quarantine, isOff: (ToolName) -> Bool) {
        tools = connector.tools
            // A tool whose scopes are out of reach is refused whoever asks.
            .filter { deployment.allows($0) && $0.scopes.isSubset(of: deployment.scopes) }
            .filter { !quarantine.holds($0.name, of: connector.id) && !isOff($0.name) }
            .map { tool in Self.entry(tool, deployment.constraints.filter { $0.tool == tool.name }) }
        digest = Base64URL.encode(SHA256.hash(CanonicalJSON.bytes(of: .array(tools))))
    }

    private static func entry(_ tool: Tool, _ constraints: [Constraint]) -> JSONValue {
        // What a person may still approve is no limit of what may be asked, so it is told and not enforced by the schema.
        let binding = constraints.filter { $0.approval == nil }
        let merged = MergedSchema.make(tool.inputSchema, narrowedBy: binding.map(\.schema))
        let own = [tool.description.map(JSONValue.string), merged["description"], merged["title"]]
        let description = own.first { !SchemaSentence.isBlank($0) } ?? nil
        let text = description?.stringValue ?? SchemaSentence.sentences(for: tool.effect, merged)
        let approvals = constraints.filter { $0.approval != nil }.map(\.whenViolated.message)
        return [
            "name": .string(tool.name.rawValue),
            "description": .string(
                ([text] + approvals.map { "A person has to approve some calls: \($0)" }).joined(separator: "\n")),
            "inputSchema": .object(SchemaSentence.describingParameters(of: merged)),
            "annotations": [
                "readOnlyHint": .bool(tool.effect == .read), "destructiveHint": .bool(tool.effect == .destructive),
                "idempotentHint": .bool(tool.isRepeatable),
            ],
        ]
    }
}

/// The lists of one tenant as of one moment, each made when it is first asked for and kept.
final class ToolLists: Sendable {
    private let made = Mutex<[DeploymentID: ToolList]>([:])

    func list(
        _ connector: Connector, _ deployment: Deployment, _ quarantine: Quarantine, isOff: (ToolName) -> Bool
    ) -> ToolList {
        if let list = made.withLock({ $0[deployment.id] }) { return list }
        let list = ToolList(connector, deployment, quarantine, isOff: isOff)
        made.withLock { $0[deployment.id] = list }
        return list
    }
}
