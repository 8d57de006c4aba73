package import StrictJSON

/// A tool's name as its MCP server publishes it: 1 to 128 visible ASCII characters without quote or backslash, compared
/// byte for byte.
package struct ToolName: Hashable, Sendable, Comparable {
    package let rawValue: String

    package init?(_ text: String) {
        guard (1...Limits.toolNameBytes).contains(text.utf8.count), text.utf8.allSatisfy(VisibleASCII.contains) else {
            return nil
        }
        rawValue = text
    }

    package static var rule: String { "must be 1 to 128 visible ASCII characters without quote or backslash" }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What a tool does to the world, from harmless to irrevocable.
package enum ToolEffect: String, Hashable, Sendable, CaseIterable {
    case read
    case write
    case destructive
}

package struct Tool: Hashable, Sendable {
    package let name: ToolName
    package let description: String?
    package let effect: ToolEffect
    /// What a token must carry, all of it, to call this tool.
    package let scopes: ScopeSet
    package let inputSchema: JSONValue?
    /// Acting twice does no more than acting once, as its author says.
    package let isIdempotent: Bool
    /// Every call needs a person's approval, wherever the tool is deployed.
    package let needsApproval: Bool

    package init(
        name: ToolName, description: String? = nil, effect: ToolEffect, scopes: ScopeSet, inputSchema: JSONValue? = nil,
        isIdempotent: Bool = false, needsApproval: Bool = false
    ) {
        self.name = name
        self.description = description
        self.effect = effect
        self.scopes = scopes
        self.inputSchema = inputSchema
        self.isIdempotent = isIdempotent
        self.needsApproval = needsApproval
    }

    /// Whether a call that nobody reported on may simply be made again.
    package var isRepeatable: Bool { isIdempotent || effect == .read }
}
