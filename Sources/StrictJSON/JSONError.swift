/// Why a document was refused, and where; never what it said.
package struct JSONError: Error, Hashable, Sendable {
    /// A closed set, in words that stand before "at byte N".
    package enum Reason: String, CaseIterable, Sendable {
        case byteOrderMark = "byte order mark"
        case unexpectedByte = "unexpected byte"
        case unexpectedEnd = "unexpected end of input"
        case trailingBytes = "bytes after the value"
        case nestingTooDeep = "nesting too deep"
        case tooManyValues = "too many values"
        case duplicateName = "duplicate member name"
        case invalidUTF8 = "invalid UTF-8"
        case controlCharacter = "unescaped control character"
        case invalidEscape = "invalid escape"
        case loneSurrogate = "lone surrogate escape"
        case stringTooLong = "string too long"
        case leadingZero = "number with a leading zero"
        case unsafeInteger = "integer beyond 2^53 - 1"
        case numberOutOfRange = "number out of the range of a double"
    }

    package let reason: Reason

    /// Counted from 0: the first byte of what is wrong (of the whole name, number or escape), or the length of the input
    /// where it ended too early.
    package let offset: Int

    package init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    /// For example "duplicate member name at byte 17"; holds nothing of the input, so it may be logged and answered.
    package var message: String { "\(reason.rawValue) at byte \(offset)" }
    package var description: String { message }
}
