/// Code points as ordered ranges that do not touch, and how PCRE2 writes them inside `[…]`.
struct CodePointSet {
    let ranges: [ClosedRange<UInt32>]

    static let last: UInt32 = 0x10FFFF

    /// ECMA-262 `\d`.
    static let digit = CodePointSet(ranges: [0x30...0x39])

    /// ECMA-262 `\w`, which never follows Unicode outside of case-insensitive matching.
    static let word = CodePointSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])

    /// ECMA-262 WhiteSpace and LineTerminator; PCRE2's `\s` knows only the six of ASCII.
    static let space = CodePointSet(ranges: [
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])

    /// ECMA-262 LineTerminator: what `.` does not match.
    static let lineTerminator = CodePointSet(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])

    static let ascii = CodePointSet(ranges: [0...0x7F])
    static let any = CodePointSet(ranges: [0...last])

    var complement: CodePointSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.last { result.append(next...Self.last) }
        return CodePointSet(ranges: result)
    }

    var classItems: String {
        ranges.map { range in
            range.count == 1
                ? Self.literal(range.lowerBound)
                : "\(Self.literal(range.lowerBound))-\(Self.literal(range.upperBound))"
        }.joined()
    }

    /// A code point that PCRE2 can take for nothing but itself, inside a class or outside.
    static func literal(_ codePoint: UInt32) -> String {
        switch codePoint {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(Unicode.Scalar(UInt8(codePoint)))
        default: "\\x{\(String(codePoint, radix: 16))}"
        }
    }
}
