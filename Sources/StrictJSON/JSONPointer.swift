/// The way from a document's root to one value in it (RFC 6901); `""` is the whole document.
///
/// Reference tokens are compared by their bytes, as member names are.
package struct JSONPointer: Sendable {
    package static let root = JSONPointer()

    /// The unescaped names and array indices, outermost first.
    package private(set) var tokens: [String]

    package init(tokens: [String] = []) { self.tokens = tokens }

    /// Reads the string form (RFC 6901 section 3); `nil` where it does not start with a slash or has a `~` that is
    /// followed by neither 0 nor 1.
    package init?(parsing text: String) {
        tokens = []
        guard !text.isEmpty else { return }
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts[0].isEmpty else { return nil }
        for part in parts.dropFirst() {
            guard let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
    }

    private static func unescaped(_ part: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var iterator = part.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "~") else {
                bytes.append(byte)
                continue
            }
            switch iterator.next() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    package func appending(_ name: String) -> JSONPointer { JSONPointer(tokens: tokens + [name]) }

    package func appending(_ index: Int) -> JSONPointer { appending(String(index)) }

    /// The value this points at, or `nil` where there is none; `-`, the element after the last, never has one.
    package func resolve(in document: JSONValue) -> JSONValue? {
        var value = document
        for token in tokens {
            switch value {
            case .object(let object):
                guard let member = object[token] else { return nil }
                value = member
            case .array(let elements):
                guard let index = Self.arrayIndex(token), index < elements.count else { return nil }
                value = elements[index]
            case .null, .bool, .integer, .number, .string:
                return nil
            }
        }
        return value
    }

    /// RFC 6901 section 4: digits without a leading zero, so that an element has one name.
    private static func arrayIndex(_ token: String) -> Int? {
        guard token.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
        guard token == "0" || token.utf8.first != UInt8(ascii: "0") else { return nil }
        return Int(token)
    }
}

extension JSONPointer: CustomStringConvertible {
    package var description: String {
        var bytes: [UInt8] = []
        for token in tokens {
            bytes.append(UInt8(ascii: "/"))
            for byte in token.utf8 {
                switch byte {
                case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
                case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
                default: bytes.append(byte)
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONPointer: Hashable {
    package static func == (left: JSONPointer, right: JSONPointer) -> Bool {
        left.tokens.elementsEqual(right.tokens) { $0.hasSameBytes(as: $1) }
    }

    package func hash(into hasher: inout Hasher) {
        for token in tokens { token.hashBytes(into: &hasher) }
    }
}
