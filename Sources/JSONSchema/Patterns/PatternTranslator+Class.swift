extension PatternTranslator {
    enum ClassAtom {
        case codePoint(UInt32)
        /// The inside of a PCRE2 class.
        case set(String)
    }

    /// Reads on after `[`.
    mutating func characterClass() throws(PatternError) -> String {
        let isNegated = take("^")
        var items = ""
        while let scalar = peek {
            if scalar == "]" {
                position += 1
                // PCRE2 would take a `]` in the first place for a member.
                if items.isEmpty { return isNegated ? "[\(CodePointSet.any.classItems)]" : "(?!)" }
                return "[\(isNegated ? "^" : "")\(items)]"
            }
            try refusePOSIXClass()
            items += try classItem()
        }
        throw PatternError("a '[' is never closed")
    }

    /// One member or one range.
    private mutating func classItem() throws(PatternError) -> String {
        let lower = try classMember()
        guard peek == "-", position + 1 < source.count, source[position + 1] != "]" else { return Self.items(lower) }
        position += 1
        let upper = try classMember()
        guard case .codePoint(let first) = lower, case .codePoint(let last) = upper else {
            note("a '-' beside a character class escape is read as itself")
            return Self.items(lower) + CodePointSet.literal(0x2D) + Self.items(upper)
        }
        guard first <= last else { throw PatternError("a range in a class is out of order") }
        return CodePointSet(ranges: [first...last]).classItems
    }

    private static func items(_ atom: ClassAtom) -> String {
        switch atom {
        case .codePoint(let value): CodePointSet.literal(value)
        case .set(let items): items
        }
    }

    private mutating func classMember() throws(PatternError) -> ClassAtom {
        guard let scalar = next() else { throw PatternError("a '[' is never closed") }
        guard scalar == "\\" else { return .codePoint(scalar.value) }
        if take("b") { return .codePoint(0x08) }
        if take("-") { return .codePoint(0x2D) }
        return try classAtom()
    }

    /// ECMA-262 reads `[[:alpha:]]` as a class and a literal, which nobody who writes it means.
    private func refusePOSIXClass() throws(PatternError) {
        guard source[position...].starts(with: ["[", ":"] as [Unicode.Scalar]) else { return }
        let name = source[(position + 2)...].prefix { $0.properties.isLowercase }
        guard !name.isEmpty, source[(position + 2 + name.count)...].starts(with: [":", "]"] as [Unicode.Scalar]) else {
            return
        }
        throw PatternError("a POSIX class such as [:alpha:] is not ECMA-262")
    }
}

// MARK: - Escapes that mean the same inside a class and outside

extension PatternTranslator {
    /// Reads on after the backslash.
    mutating func classAtom() throws(PatternError) -> ClassAtom {
        guard let scalar = next() else { throw PatternError("it ends in a backslash") }
        switch scalar {
        case "d": return .set(CodePointSet.digit.classItems)
        case "D": return .set(CodePointSet.digit.complement.classItems)
        case "w": return .set(CodePointSet.word.classItems)
        case "W": return .set(CodePointSet.word.complement.classItems)
        case "s": return .set(CodePointSet.space.classItems)
        case "S": return .set(CodePointSet.space.complement.classItems)
        case "p", "P":
            guard take("{"), let name = text(until: "}") else {
                throw PatternError("\\\(scalar) is not followed by {…}")
            }
            return .set(try UnicodeProperty.classItems(name, isNegated: scalar == "P"))
        case "t": return .codePoint(0x09)
        case "n": return .codePoint(0x0A)
        case "v": return .codePoint(0x0B)
        case "f": return .codePoint(0x0C)
        case "r": return .codePoint(0x0D)
        case "0":
            if let scalar = peek, Self.digit(scalar) != nil { throw PatternError("octal escapes are not ECMA-262") }
            return .codePoint(0)
        case "c": return .codePoint(try controlLetter())
        case "x": return .codePoint(try hexadecimal(digits: 2))
        case "u": return .codePoint(try unicodeEscape())
        default: return .codePoint(try identityEscape(scalar))
        }
    }

    private mutating func identityEscape(_ scalar: Unicode.Scalar) throws(PatternError) -> UInt32 {
        if "^$\\.*+?()[]{}|/".unicodeScalars.contains(scalar) { return scalar.value }
        if scalar == "_" || !(scalar.properties.isAlphabetic || Self.digit(scalar) != nil) {
            note("an escape that escapes nothing is read as the character")
            return scalar.value
        }
        throw PatternError("\\\(scalar) is not an escape of ECMA-262 (the ends of the text are ^ and $)")
    }

    private mutating func controlLetter() throws(PatternError) -> UInt32 {
        guard let letter = next(), letter.isASCII, letter.properties.isAlphabetic else {
            throw PatternError("\\c is not followed by a letter")
        }
        return letter.value & 0x1F
    }

    private mutating func hexadecimal(digits: Int) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let scalar = next(), let digit = Self.hexadecimalDigit(scalar) else {
                throw PatternError("an escape has too few hexadecimal digits")
            }
            value = value << 4 | digit
        }
        return value
    }

    private static func hexadecimalDigit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar.value {
        case 0x30...0x39: scalar.value - 0x30
        case 0x41...0x46: scalar.value - 0x37
        case 0x61...0x66: scalar.value - 0x57
        default: nil
        }
    }

    private mutating func unicodeEscape() throws(PatternError) -> UInt32 {
        if take("{") { return try bracedCodePoint() }
        let unit = try hexadecimal(digits: 4)
        guard (0xD800...0xDFFF).contains(unit) else { return unit }
        guard unit < 0xDC00, take("\\u") else { throw loneSurrogate }
        let low = try hexadecimal(digits: 4)
        guard (0xDC00...0xDFFF).contains(low) else { throw loneSurrogate }
        return 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }

    private mutating func bracedCodePoint() throws(PatternError) -> UInt32 {
        guard let text = text(until: "}"), !text.isEmpty else { throw PatternError("\\u{ is never closed") }
        var value: UInt32 = 0
        for scalar in text.unicodeScalars {
            guard let digit = Self.hexadecimalDigit(scalar) else { throw PatternError("\\u{…} is not hexadecimal") }
            value = value << 4 | digit
            guard value <= CodePointSet.last else { throw PatternError("\\u{…} is beyond the last code point") }
        }
        guard !(0xD800...0xDFFF).contains(value) else { throw loneSurrogate }
        return value
    }

    private var loneSurrogate: PatternError {
        PatternError("an escape stands for half a surrogate pair, which no text contains")
    }
}
