/// A position in one JSON text: the grammar of RFC 8259 section 2, a method per rule.
///
/// Strings and numbers are in files of their own. The bytes are an attacker's, and an unsafe buffer checks no bounds in
/// a release build, so every single read goes through ``byte(at:)`` and every slice ends at a position already read.
struct JSONScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    var position = 0
    private var remainingValueCount: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        remainingValueCount = limits.valueCount
    }

    mutating func document() throws(JSONError) -> JSONValue {
        if byte(at: 0) == 0xEF && byte(at: 1) == 0xBB && byte(at: 2) == 0xBF {
            throw JSONError(.byteOrderMark, offset: 0)
        }
        let value = try value(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw JSONError(.trailingBytes, offset: position) }
        return value
    }

    /// - Parameter depth: how many containers this value stands in.
    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipWhitespace()
        guard remainingValueCount > 0 else { throw JSONError(.tooManyValues, offset: position) }
        remainingValueCount -= 1
        switch current {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: throw unexpected()
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        guard depth <= limits.depth else { throw JSONError(.nestingTooDeep, offset: position) }
        var object = JSONObject()
        position += 1
        skipWhitespace()
        if current == UInt8(ascii: "}") {
            position += 1
            return object
        }
        while true {
            skipWhitespace()
            let nameOffset = position
            guard current == UInt8(ascii: "\"") else { throw unexpected() }
            let name = try string()
            skipWhitespace()
            guard current == UInt8(ascii: ":") else { throw unexpected() }
            position += 1
            let value = try value(depth: depth)
            guard object.append(name, value) else { throw JSONError(.duplicateName, offset: nameOffset) }
            guard try hasNext(before: UInt8(ascii: "}")) else { return object }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= limits.depth else { throw JSONError(.nestingTooDeep, offset: position) }
        var elements: [JSONValue] = []
        position += 1
        skipWhitespace()
        if current == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth))
            guard try hasNext(before: UInt8(ascii: "]")) else { return elements }
        }
    }

    /// Reads the comma before a next element, or the byte that closes the container.
    private mutating func hasNext(before closing: UInt8) throws(JSONError) -> Bool {
        skipWhitespace()
        guard current == UInt8(ascii: ",") || current == closing else { throw unexpected() }
        defer { position += 1 }
        return current != closing
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard current == word.utf8Start[index] else { throw unexpected() }
            position += 1
        }
        return value
    }
}

extension JSONScanner {
    /// 0 past the end: the grammar allows a NUL byte nowhere, so a rule that refuses it refuses the end as well.
    func byte(at index: Int) -> UInt8 {
        index < bytes.count ? bytes[index] : 0
    }

    var current: UInt8 { byte(at: position) }

    /// The error for a byte that no rule allows at this position.
    func unexpected() -> JSONError {
        JSONError(position < bytes.count ? .unexpectedByte : .unexpectedEnd, offset: position)
    }

    private mutating func skipWhitespace() {
        while true {
            switch current {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }
}
