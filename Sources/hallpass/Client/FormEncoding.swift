/// `application/x-www-form-urlencoded`, and the same escapes for the parts of a path.
enum FormEncoding {
    static func encode(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }

    /// Everything but letters, digits and `-._~` as `%XX`, a space too: every decoder of forms takes that.
    static func encode(_ text: String) -> String { escape(text, keeping: "-._~") }

    /// One segment of a path; `@`, which stands in a deployment's name, is left as it is.
    static func pathSegment(_ text: String) -> String { escape(text, keeping: "-._~@") }

    private static func escape(_ text: String, keeping kept: String) -> String {
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: escaped.append(byte)
            case _ where kept.utf8.contains(byte): escaped.append(byte)
            default: escaped += [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 15)]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
