/// A connector's audience: an absolute URI without fragment, at most 512 visible ASCII characters, compared byte for byte.
///
/// Source: RFC 8707 section 2.
package struct ResourceURI: Hashable, Sendable {
    package let rawValue: String

    package init?(_ text: String) {
        guard text.utf8.count <= Limits.resourceBytes,
            text.hasOnlyBytes(where: { VisibleASCII.contains($0) && $0 != UInt8(ascii: "#") }),
            Self.beginsWithScheme(text)
        else { return nil }
        rawValue = text
    }

    package static var rule: String { "must be an absolute URI without fragment, at most 512 visible ASCII characters" }

    /// A scheme, a colon, and something after it. Source: RFC 3986 section 3.1.
    private static func beginsWithScheme(_ text: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
        guard let first = text.utf8.first, isLetter(first) else { return false }
        let rest = text.utf8.drop { byte in
            isLetter(byte) || (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E
        }
        return rest.count > 1 && rest.first == UInt8(ascii: ":")
    }
}

/// One MCP server as registered.
package struct Connector: Hashable, Sendable {
    package let id: ConnectorID
    package let resource: ResourceURI
    package let owner: String?
    package let description: String?
    /// In the order they were registered; names are distinct.
    package let tools: [Tool]

    package init(
        id: ConnectorID, resource: ResourceURI, owner: String? = nil, description: String? = nil, tools: [Tool]
    ) {
        self.id = id
        self.resource = resource
        self.owner = owner
        self.description = description
        self.tools = tools
    }

    package func tool(_ name: ToolName) -> Tool? { tools.first { $0.name == name } }
}
