import SeededGenerator
import StrictJSON

extension SeededGenerator {
    /// A value such as the parser could return, up to `depth` levels.
    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64.random(in: -9_007_199_254_740_991...9_007_199_254_740_991, using: &self))
        case 3: return number()
        case 4: return .string(string())
        case 5: return .array((0..<Int.random(in: 0...5, using: &self)).map { _ in value(depth: depth - 1) })
        default: return .object(object(memberCount: Int.random(in: 0...24, using: &self), depth: depth - 1))
        }
    }

    mutating func object(memberCount: Int, depth: Int) -> JSONObject {
        var object = JSONObject()
        for _ in 0..<memberCount { object[string()] = value(depth: depth) }
        return object
    }

    /// Any finite double, drawn by its bits so that every exponent comes up.
    mutating func number() -> JSONValue {
        while true {
            if let value = JSONValue(Double(bitPattern: next())) { return value }
        }
    }

    /// 0 to 12 scalars, half of them from where encodings and escapes have their edges.
    mutating func string() -> String {
        let edges: [ClosedRange<UInt32>] = [
            0...0x22, 0x5B...0x5D, 0x7E...0x81, 0x7FE...0x801, 0xD7FE...0xD7FF, 0xE000...0xE001, 0xFFFD...0x10001,
            0x10FFFE...0x10FFFF, 0x300...0x302,
        ]
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &self) {
            let range = Bool.random(using: &self) ? edges.randomElement(using: &self) : 0x61...0x7A
            if let range, let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { scalars.append(scalar) }
        }
        return String(scalars)
    }
}
