/// A connector's audience: an absolute URI without fragment, at most 512 visible ASCII characters, compared byte for byte.
///
/// Source: RFC 8707 section 2.
package struct ResourceURI: Hashable, Sendable {
    package let rawValue: String

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Limits.resourceBytes, bytes.allSatisfy(VisibleASCII.contains),
            !bytes.contains(UInt8(ascii: "#")), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            colon > 0, colon + 1 < bytes.count, Self.isScheme(bytes[..<colon])
        else { return nil }
        rawValue = text
    }

    package static var rule: String { "must be an absolute URI without fragment, at most 512 visible ASCII characters" }

    /// Source: RFC 3986 section 3.1.
    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
        guard let first = bytes.first, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E].contains($0) }
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
