import StrictJSON

/// A JSON file: its values as `StrictJSON` reads them, and the lines they stand on.
enum JSONSource {
    static func read(_ bytes: [UInt8]) throws(ManifestTrouble) -> LocatedValue {
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            throw ManifestTrouble(
                line: line(at: error.offset, in: bytes),
                rule: error.reason == .duplicateName ? "duplicate" : "syntax", error.message)
        }
        var scanner = JSONLineScanner(bytes)
        return LocatedValue(value: value, source: scanner.value(line: nil))
    }

    private static func line(at offset: Int, in bytes: [UInt8]) -> Int {
        1 + bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") }
    }
}

/// Goes once over a text that the parser has accepted and notes lines; on any other text what it notes means nothing.
private struct JSONLineScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// - Parameter nameLine: the line of the member's name, which is where a reader looks for the member.
    mutating func value(line nameLine: Int?) -> SourceMap {
        skipSpace()
        let start = nameLine ?? line
        switch current {
        case UInt8(ascii: "{"): return SourceMap(line: start, parts: .members(members()))
        case UInt8(ascii: "["): return SourceMap(line: start, parts: .elements(elements()))
        case UInt8(ascii: "\""): _ = string()
        default: skipScalar()
        }
        return SourceMap(line: start)
    }

    private mutating func members() -> [ExactString: SourceMap] {
        var members: [ExactString: SourceMap] = [:]
        position += 1
        while hasNext(before: UInt8(ascii: "}")) {
            let nameLine = line
            let name = string()
            skipSpace()
            position += 1  // the colon
            members[ExactString(name)] = value(line: nameLine)
        }
        return members
    }

    private mutating func elements() -> [SourceMap] {
        var elements: [SourceMap] = []
        position += 1
        while hasNext(before: UInt8(ascii: "]")) { elements.append(value(line: nil)) }
        return elements
    }

    /// Goes past the comma before a next part, or past what closes the container.
    private mutating func hasNext(before closing: UInt8) -> Bool {
        skipSpace()
        if current == UInt8(ascii: ",") {
            position += 1
            skipSpace()
        }
        guard let current, current != closing else {
            position += 1
            return false
        }
        return true
    }

    /// The string at the position, its escapes resolved by the parser.
    private mutating func string() -> String {
        let start = position
        position += 1
        while let byte = current, byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
        position = min(position + 1, bytes.count)
        // The parser has accepted this very string before.
        return (try? JSONParser.parse(Array(bytes[start..<position])))?.stringValue ?? ""
    }

    private mutating func skipScalar() {
        while let byte = current, !" \n\r\t,]}".utf8.contains(byte) { position += 1 }
    }

    private mutating func skipSpace() {
        while let byte = current, " \n\r\t".utf8.contains(byte) {
            if byte == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }
}
