import StrictJSON
import Yams

/// What one scalar means in JSON.
///
/// A plain (unquoted) scalar that YAML 1.1 and 1.2 read differently, or that only looks like a number, is refused with
/// the advice to quote it: `no` is a country, `012` is ten in one reader and twelve in another.
enum YAMLScalar {
    static func value(of scalar: Node.Scalar, line: Int) throws(ManifestTrouble) -> JSONValue {
        let tag = scalar.tag.rawValue
        guard tag == Tag.Name.implicit.rawValue || tag == Tag.Name.str.rawValue else {
            throw ManifestTrouble(line: line, rule: "tag", "tags are not taken")
        }
        guard scalar.style == .plain, tag == Tag.Name.implicit.rawValue else { return .string(scalar.string) }
        return try plain(scalar.string, line: line)
    }

    /// A mapping's key, which has to be text.
    static func name(of key: Node, line: Int) throws(ManifestTrouble) -> String {
        guard case .scalar(let scalar) = key else {
            throw ManifestTrouble(line: line, rule: "type", "a key must be text")
        }
        let text = scalar.string
        // The parser resolves the tags of keys to find duplicates, so those it gives to unquoted text may stand here.
        guard scalar.style == .plain || scalar.tag.rawValue == Tag.Name.str.rawValue, !isForeign(scalar.tag) else {
            throw ManifestTrouble(line: line, rule: "tag", "tags are not taken")
        }
        guard scalar.style == .plain else { return text }
        guard text != "<<" else {
            throw ManifestTrouble(line: line, rule: "type", "merge keys are not taken; write the members out")
        }
        guard case .string = try plain(text, line: line) else {
            throw ManifestTrouble(line: line, rule: "type", "a key must be text; quote it if it is meant as such")
        }
        return text
    }

    /// Whether unquoted `text` would be read as itself, as a key too.
    static func isPlainText(_ text: String) -> Bool {
        guard text != "<<" else { return false }
        // A refusal is an answer too: it is not read as itself.
        guard let value = try? plain(text, line: 0) else { return false }
        return value == .string(text)
    }

    private static func isForeign(_ tag: Tag) -> Bool {
        let own: [Tag.Name] = [.implicit, .str, .bool, .int, .float, .null, .merge, .timestamp, .value]
        return !own.contains { $0.rawValue == tag.rawValue }
    }

    private static func plain(_ text: String, line: Int) throws(ManifestTrouble) -> JSONValue {
        switch text {
        case "true": return true
        case "false": return false
        case "null", "~", "": return .null
        default: break
        }
        if ambiguousWords.contains(text.lowercased()) {
            throw ManifestTrouble(
                line: line, rule: "quote",
                "means different things to different readers: write true, false or null, or quote it")
        }
        guard let first = text.utf8.first, looksNumeric(first, text) else { return .string(text) }
        return try number(text, line: line)
    }

    /// Source: the types of YAML 1.1, yaml.org/type/bool.html, null.html and float.html.
    private static let ambiguousWords: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", "+.inf", "-.inf", ".nan",
    ]

    /// Whether any reader of YAML could take this for a number: digits, with signs, points, exponents, `_`, `:` between
    /// sixties, or a prefix of another base.
    private static func looksNumeric(_ first: UInt8, _ text: String) -> Bool {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard isDigit(first) || "+-.".utf8.contains(first), text.utf8.contains(where: isDigit) else { return false }
        let unsigned = text.drop { "+-".contains($0) }.lowercased()
        if let prefix = ["0x", "0o", "0b"].first(where: unsigned.hasPrefix) {
            return unsigned.dropFirst(prefix.count).utf8.allSatisfy { isDigit($0) || "abcdef_".utf8.contains($0) }
        }
        guard unsigned.utf8.allSatisfy({ isDigit($0) || ".e_:+-".utf8.contains($0) }) else { return false }
        // A date or a version such as 1.2.3 or 2026-11-21 is text to everyone.
        return !isText(unsigned)
    }

    private static func isText(_ unsigned: String) -> Bool {
        let points = unsigned.utf8.count { $0 == UInt8(ascii: ".") }
        let signs = zip(unsigned.utf8, unsigned.utf8.dropFirst()).contains { previous, byte in
            "+-".utf8.contains(byte) && previous != UInt8(ascii: "e")
        }
        return points > 1 || signs
    }

    /// JSON's numbers are YAML's too, read by the same rules as in a JSON file.
    private static func number(_ text: String, line: Int) throws(ManifestTrouble) -> JSONValue {
        do {
            return try JSONParser.parse(Array(text.utf8))
        } catch {
            switch error.reason {
            case .unsafeInteger, .numberOutOfRange:
                throw ManifestTrouble(line: line, rule: "range", error.reason.rawValue)
            default:
                throw ManifestTrouble(
                    line: line, rule: "quote", "is a number to some readers only: write it as JSON does, or quote it")
            }
        }
    }
}
