import Foundation
import HallpassCore
import StrictJSON
import Yams

/// A YAML file as JSON values, and the lines they stand on.
///
/// Only what has one meaning in JSON is taken: mappings with text as keys, sequences, text, `true` and `false`, `null`,
/// JSON's numbers. Anchors and aliases are, within the limits that hold for a JSON file; tags and merge keys are not.
enum YAMLSource {
    /// - Returns: the documents that are not empty.
    static func read(_ text: String) throws(ManifestTrouble) -> [LocatedValue] {
        var conversion = YAMLConversion()
        var values: [LocatedValue] = []
        for root in try roots(of: text) where !isEmpty(root) {
            values.append(try conversion.convert(root, depth: 0))
        }
        return values
    }

    private static func roots(of text: String) throws(ManifestTrouble) -> [Node] {
        do {
            let parser = try Parser(yaml: text, encoding: .utf8)
            var roots: [Node] = []
            while let root = try parser.nextRoot() { roots.append(root) }
            return roots
        } catch let error as YamlError {
            throw trouble(error, text)
        } catch {
            throw ManifestTrouble(rule: "syntax", "is not valid YAML")
        }
    }

    /// A document of nothing but comments, as between two `---`.
    private static func isEmpty(_ root: Node) -> Bool {
        guard case .scalar(let scalar) = root else { return false }
        return scalar.string.isEmpty && scalar.style == .plain
    }

    /// The library's words about the grammar are kept; the text it quotes with them is not.
    private static func trouble(_ error: YamlError, _ text: String) -> ManifestTrouble {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ManifestTrouble(line: mark.line, rule: "syntax", problem)
        case .duplicatedKeysInMapping(_, let context):
            return ManifestTrouble(line: context.mark.line, rule: "duplicate", "this key stands twice in its mapping")
        case .reader(let problem, let offset, _, _):
            let line = offset.map { offset in 1 + text.prefix(offset).count { $0.isNewline } }
            return ManifestTrouble(line: line, rule: "syntax", problem)
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return ManifestTrouble(rule: "syntax", "is not valid YAML")
        }
    }
}

/// Counts what comes out, because a few lines of aliases to aliases stand for more than memory holds.
private struct YAMLConversion {
    private var remainingValues = JSONLimits.default.valueCount
    private var remainingBytes = Limits.applyBodyBytes

    /// - Parameter line: of the member's key; otherwise the value's own counts.
    mutating func convert(_ node: Node, depth: Int, line keyLine: Int? = nil) throws(ManifestTrouble) -> LocatedValue {
        let line = keyLine ?? node.mark?.line ?? 1
        try count(node, depth, node.mark?.line ?? line)
        switch node {
        case .scalar(let scalar):
            return LocatedValue(value: try YAMLScalar.value(of: scalar, line: line), source: SourceMap(line: line))
        case .sequence(let sequence):
            try refuseTag(sequence.tag, .seq, line)
            var values: [JSONValue] = []
            var sources: [SourceMap] = []
            for element in sequence {
                let part = try convert(element, depth: depth + 1)
                values.append(part.value)
                sources.append(part.source)
            }
            return LocatedValue(value: .array(values), source: SourceMap(line: line, parts: .elements(sources)))
        case .mapping(let mapping):
            try refuseTag(mapping.tag, .map, line)
            return try convert(mapping, depth: depth, line: line)
        case .alias:
            // The parser puts what an alias stands for in its place; this case is for trees made by hand.
            throw ManifestTrouble(line: line, rule: "syntax", "an alias stands for nothing here")
        }
    }

    private mutating func convert(
        _ mapping: Node.Mapping, depth: Int, line: Int
    ) throws(ManifestTrouble) -> LocatedValue {
        var object = JSONObject()
        var sources: [ExactString: SourceMap] = [:]
        for (key, value) in mapping {
            let keyLine = key.mark?.line ?? line
            let name = try YAMLScalar.name(of: key, line: keyLine)
            let part = try convert(value, depth: depth + 1, line: keyLine)
            guard object.append(name, part.value) else {
                throw ManifestTrouble(line: keyLine, rule: "duplicate", "this key stands twice in its mapping")
            }
            sources[ExactString(name)] = part.source
        }
        return LocatedValue(value: .object(object), source: SourceMap(line: line, parts: .members(sources)))
    }

    private mutating func count(_ node: Node, _ depth: Int, _ line: Int) throws(ManifestTrouble) {
        guard depth < JSONLimits.default.depth else {
            throw ManifestTrouble(
                line: line, rule: "limit", "nesting is deeper than \(JSONLimits.default.depth) levels")
        }
        remainingValues -= 1
        remainingBytes -= node.scalar?.string.utf8.count ?? 0
        guard remainingValues >= 0, remainingBytes >= 0 else {
            throw ManifestTrouble(
                line: line, rule: "limit", "with its aliases written out, the file is larger than a manifest may be")
        }
    }

    private func refuseTag(_ tag: Tag, _ own: Tag.Name, _ line: Int) throws(ManifestTrouble) {
        guard tag.rawValue == Tag.Name.implicit.rawValue || tag.rawValue == own.rawValue else {
            throw ManifestTrouble(line: line, rule: "tag", "tags are not taken")
        }
    }
}
