import StrictJSON
import Yams

/// JSON values as YAML that ``YAMLSource`` reads back as the same values.
enum YAMLText {
    /// - Returns: the documents with a line break at the end, each after a `---` where there are several.
    static func write(_ documents: [JSONValue]) throws -> String {
        try Yams.serialize(
            nodes: documents.map(node), width: -1, allowUnicode: true, explicitStart: documents.count > 1)
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .string(let text): text.yamlNode
        case .array(let elements): Node(elements.map(node), .implicit, elements.isEmpty ? .flow : .block)
        case .object(let object):
            Node(
                object.map { ($0.name.yamlNode, node($0.value)) }, .implicit, object.isEmpty ? .flow : .block)
        case .null, .bool, .integer, .number:
            Node(String(decoding: value.serialized(), as: UTF8.self), .implicit, .plain)
        }
    }
}

extension String {
    /// Quoted unless it is one line of text that no reader takes for anything else.
    fileprivate var yamlNode: Node {
        let isPlain = YAMLScalar.isPlainText(self) && utf8.allSatisfy { (0x20...0x7E).contains($0) }
        return Node(self, Tag(.str), isPlain ? .any : .doubleQuoted)
    }
}
