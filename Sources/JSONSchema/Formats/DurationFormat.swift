/// ISO 8601 durations in the grammar of RFC 3339 appendix A: units in order, none left out in between, weeks alone.
enum DurationFormat {
    static func accepts(_ reader: inout ASCIIReader) -> Bool {
        guard reader.take("P") else { return false }
        if reader.take("T") { return readUnits("HMS", &reader) && reader.isAtEnd }
        guard readDateUnits(&reader) else { return false }
        if reader.take("T") { return readUnits("HMS", &reader) && reader.isAtEnd }
        return reader.isAtEnd
    }

    private static func readDateUnits(_ reader: inout ASCIIReader) -> Bool {
        var weeks = reader
        if weeks.skipDigits() > 0, weeks.take("W"), weeks.isAtEnd {
            reader = weeks
            return true
        }
        return readUnits("YMD", &reader)
    }

    /// At least one unit; after the first each one follows the one before it in `units`.
    private static func readUnits(_ units: String, _ reader: inout ASCIIReader) -> Bool {
        var expected: ArraySlice<Unicode.Scalar> = Array(units.unicodeScalars)[...]
        var isFirst = true
        while let byte = reader.peek, ASCII.isDigit(byte) {
            _ = reader.skipDigits()
            guard let position = expected.firstIndex(where: { reader.peek == UInt8(ascii: $0) }),
                isFirst || position == expected.startIndex
            else { return false }
            _ = reader.take(expected[position])
            expected = expected[(position + 1)...]
            isFirst = false
        }
        return !isFirst
    }
}
