/// RFC 8259 section 7.
extension JSONScanner {
    /// Reads from the opening quote to past the closing one.
    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        let isASCII = skipPlainBytes()
        guard current == UInt8(ascii: "\"") else { return try stringWithEscapes(from: start) }
        let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
        position += 1
        guard isASCII, content.count <= limits.stringBytes else { return try text(content, writtenAt: start) }
        return String(decoding: content, as: UTF8.self)
    }

    /// - Parameter start: the first byte after the opening quote; the bytes up to ``position`` are plain.
    private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> String {
        var content: [UInt8] = []
        var plainStart = start
        while true {
            content.append(contentsOf: bytes[plainStart..<position])
            switch current {
            case UInt8(ascii: "\""):
                position += 1
                return try content.withUnsafeBufferPointer { content throws(JSONError) in
                    try text(content, writtenAt: start)
                }
            case UInt8(ascii: "\\"):
                try escape(into: &content)
            default:
                guard position < bytes.count else { throw unexpected() }
                throw JSONError(.controlCharacter, offset: position)
            }
            plainStart = position
            _ = skipPlainBytes()
        }
    }

    /// Checks `content` as UTF-8 and against the length limit.
    ///
    /// An escape is ASCII as written and a whole scalar as resolved, so the content is invalid exactly where the bytes
    /// as written are; the offset is looked for there.
    ///
    /// - Parameter start: the first byte after the opening quote, the closing quote being right before ``position``.
    private func text(_ content: UnsafeBufferPointer<UInt8>, writtenAt start: Int) throws(JSONError) -> String {
        guard content.count <= limits.stringBytes else { throw JSONError(.stringTooLong, offset: start - 1) }
        guard let text = String(validating: content, as: UTF8.self) else {
            let written = UnsafeBufferPointer(rebasing: bytes[start..<position - 1])
            throw JSONError(.invalidUTF8, offset: start + Self.validPrefixByteCount(of: written))
        }
        return text
    }

    private static func validPrefixByteCount(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var count = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { count += scalar.count }
        return count
    }
}

/// Escapes.
extension JSONScanner {
    private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
        let escapeOffset = position
        switch byte(at: position + 1) {
        case UInt8(ascii: "\""): content.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): content.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): content.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            content.append(contentsOf: try unicodeEscape().utf8)
            return
        default: throw JSONError(.invalidEscape, offset: escapeOffset)
        }
        position += 2
    }

    /// Reads one `\uXXXX`, or two where the first is the high half of a surrogate pair.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let escapeOffset = position
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), current == UInt8(ascii: "\\"), byte(at: position + 1) == UInt8(ascii: "u")
        else { throw JSONError(.loneSurrogate, offset: escapeOffset) }
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second) else { throw JSONError(.loneSurrogate, offset: escapeOffset) }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for index in position + 2..<position + 6 {
            let digit: UInt8
            switch byte(at: index) {
            case let byte where byte &- UInt8(ascii: "0") < 10: digit = byte - UInt8(ascii: "0")
            case let byte where (byte | 0x20) &- UInt8(ascii: "a") < 6: digit = (byte | 0x20) - UInt8(ascii: "a") + 10
            default: throw JSONError(.invalidEscape, offset: position)
            }
            unit = unit << 4 | UInt16(digit)
        }
        position += 6
        return unit
    }
}

/// Plain bytes: all but the quote, the backslash and control characters.
extension JSONScanner {
    /// - Returns: `true` where the bytes are all ASCII, which spares them the check as UTF-8; `false` promises nothing.
    private mutating func skipPlainBytes() -> Bool {
        var seen: UInt64 = 0
        while position + 8 <= bytes.count {
            let unaligned = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let word = UInt64(littleEndian: unaligned)
            seen |= word
            let special = Self.specialBytes(in: word)
            guard special == 0 else {
                position += special.trailingZeroBitCount / 8
                return seen & Self.topBits == 0
            }
            position += 8
        }
        while current >= 0x20, current != UInt8(ascii: "\""), current != UInt8(ascii: "\\") {
            seen |= UInt64(current)
            position += 1
        }
        return seen & Self.topBits == 0
    }

    private static let topBits: UInt64 = 0x8080_8080_8080_8080

    /// Eight bytes at a time: the top bit of the lowest byte that is not plain is set; bits above it mean nothing.
    ///
    /// A byte minus `n` borrows into its top bit where it is below `n`, which leaves bytes from 0x80 on to be masked out;
    /// a byte equals `x` where the two exclusive-ored are below 1.
    private static func specialBytes(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        let below = (word &- (ones &* 0x20)) & ~word
        let equal = ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
        return (below | equal) & topBits
    }
}
