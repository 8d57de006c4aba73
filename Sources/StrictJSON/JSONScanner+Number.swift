/// RFC 8259 section 6.
extension JSONScanner {
    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let integerStart = position
        try skipDigits()
        let integerEnd = position
        if byte(at: integerStart) == UInt8(ascii: "0"), integerEnd - integerStart > 1 {
            throw JSONError(.leadingZero, offset: start)
        }
        if current == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        let significandEnd = position
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        guard position > integerEnd else { return try integer(start: start, digits: integerStart..<integerEnd) }
        return try double(start: start, significand: integerStart..<significandEnd)
    }

    private mutating func skipDigits() throws(JSONError) {
        guard isDigit(current) else { throw unexpected() }
        while isDigit(current) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private func integer(start: Int, digits: Range<Int>) throws(JSONError) -> JSONValue {
        // 2^53 - 1 has 16 digits, so this many cannot overflow and more are too many without a look.
        guard digits.count <= 16 else { throw JSONError(.unsafeInteger, offset: start) }
        var magnitude: Int64 = 0
        for index in digits { magnitude = magnitude * 10 + Int64(byte(at: index) - UInt8(ascii: "0")) }
        guard magnitude <= JSONValue.safeIntegerMaximum else { throw JSONError(.unsafeInteger, offset: start) }
        return .integer(start < digits.lowerBound ? -magnitude : magnitude)
    }

    /// The nearest double, as the standard library rounds; the literal ends at ``position``.
    private func double(start: Int, significand: Range<Int>) throws(JSONError) -> JSONValue {
        let literal = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let double = Double(literal), let value = JSONValue(double) else {
            throw JSONError(.numberOutOfRange, offset: start)
        }
        // Not a zero that the author wrote: a price or a weight would silently change its meaning.
        if double == 0, bytes[significand].contains(where: { isDigit($0) && $0 != UInt8(ascii: "0") }) {
            throw JSONError(.numberOutOfRange, offset: start)
        }
        return value
    }
}
