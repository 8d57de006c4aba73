/// Reads the bytes of a string one after the other.
struct ASCIIReader {
    typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

    /// What has not been read yet; valid as long as the buffer.
    private(set) var rest: Bytes

    init(_ bytes: UnsafeBufferPointer<UInt8>) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }
    var peek: UInt8? { rest.first }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// A letter in either case.
    mutating func takeLetter(_ letter: Unicode.Scalar) -> Bool {
        guard let first = rest.first, first | 0x20 == UInt8(ascii: letter) | 0x20 else { return false }
        rest.removeFirst()
        return true
    }

    /// A number of exactly so many digits.
    mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let byte = rest.first, ASCII.isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            rest.removeFirst()
        }
        return value
    }

    /// - Returns: how many digits there were.
    mutating func skipDigits() -> Int {
        let count = rest.prefix(while: ASCII.isDigit).count
        rest.removeFirst(count)
        return count
    }
}

/// Character classes of RFC 5234 appendix B.1.
enum ASCII {
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
    static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6 }

    static func contains(_ characters: StaticString, _ byte: UInt8) -> Bool {
        characters.withUTF8Buffer { $0.contains(byte) }
    }
}
