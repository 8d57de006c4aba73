import HallpassCore
import StrictJSON

/// Reads `application/x-www-form-urlencoded` and query strings, and refuses what two readers could understand
/// differently: a name that comes twice, a broken escape, bytes that are no UTF-8.
///
/// Source: RFC 6749 appendix B; WHATWG URL, "application/x-www-form-urlencoded parsing".
enum FormParser {
    /// The pairs in their order, as the string members of an object.
    ///
    /// - Throws: ``HallpassError/invalidRequest(_:)``.
    static func parse(_ bytes: [UInt8]) throws(HallpassError) -> JSONObject {
        var object = JSONObject()
        guard !bytes.isEmpty else { return object }
        var start = 0
        while let pair = Pair(bytes, from: start) {
            guard let name = decode(bytes[pair.name]), !name.isEmpty else {
                throw .invalidRequest(path: "", rule: "form", message: "has a parameter without a readable name")
            }
            guard let value = decode(bytes[pair.value]) else {
                throw .invalidRequest(
                    path: path(of: name), rule: "form", message: "has a broken percent-encoding or is not UTF-8")
            }
            guard object.append(name, .string(value)) else {
                throw .invalidRequest(path: path(of: name), rule: "unique", message: "must not be repeated")
            }
            start = pair.value.upperBound + 1
        }
        return object
    }

    /// Where a parameter stands: up to the next `&`, its name up to the first `=`.
    private struct Pair {
        let name: Range<Int>
        let value: Range<Int>

        /// - Returns: `nil` behind the last one; one that is empty is one.
        init?(_ bytes: [UInt8], from start: Int) {
            guard start <= bytes.count else { return nil }
            let (equals, end) = bytes.withUnsafeBufferPointer { bytes -> (Int?, Int) in
                var equals: Int?
                var index = start
                while index < bytes.count, bytes[index] != UInt8(ascii: "&") {
                    if equals == nil, bytes[index] == UInt8(ascii: "=") { equals = index }
                    index += 1
                }
                return (equals, index)
            }
            name = start..<(equals ?? end)
            value = (equals.map { $0 + 1 } ?? end)..<end
        }
    }

    /// `nil` for a broken escape or invalid UTF-8.
    static func decode(_ bytes: ArraySlice<UInt8>) -> String? {
        // Tokens, ids and secrets need no escape, and are read as they stand: a token took 22 thousand instructions byte by byte.
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(validating: bytes, as: UTF8.self)
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
                    return nil
                }
                decoded.append(high << 4 | low)
            default: decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// A name from outside as far as it may be shown: 64 bytes of printable ASCII.
    private static func path(of name: String) -> String {
        let shown = name.unicodeScalars.prefix(64).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
        return JSONPointer.root.appending(String(shown)).description
    }
}
