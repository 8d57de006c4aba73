/// Writes values for people: one member or element a line, two spaces a level.
struct JSONPrettyPrinter {
    private(set) var buffer: [UInt8] = []
    private var level = 0

    mutating func append(_ value: JSONValue) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            appendLines(of: elements, between: "[", "]") { printer, element in printer.append(element) }
        case .object(let object) where !object.isEmpty:
            appendLines(of: object.members, between: "{", "}") { printer, member in
                JSONWriter.appendString(member.name, to: &printer.buffer)
                printer.buffer.append(contentsOf: ": ".utf8)
                printer.append(member.value)
            }
        case .null, .bool, .integer, .number, .string, .array, .object:
            JSONWriter.append(value, to: &buffer)
        }
    }

    private mutating func appendLines<Item>(
        of items: [Item], between opening: Unicode.Scalar, _ closing: Unicode.Scalar,
        _ appendItem: (inout JSONPrettyPrinter, Item) -> Void
    ) {
        buffer.append(UInt8(ascii: opening))
        level += 1
        for (index, item) in items.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            appendLineBreak()
            appendItem(&self, item)
        }
        level -= 1
        appendLineBreak()
        buffer.append(UInt8(ascii: closing))
    }

    private mutating func appendLineBreak() {
        buffer.append(UInt8(ascii: "\n"))
        buffer.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }
}

extension JSONValue {
    /// Several lines without a line break at the end.
    package func prettyPrinted() -> String {
        var printer = JSONPrettyPrinter()
        printer.append(self)
        return String(decoding: printer.buffer, as: UTF8.self)
    }
}
