/// RFC 3986 appendix A: URI, and URI-reference.
enum URIFormat {
    static func accepts(_ bytes: ASCIIReader.Bytes, requiresScheme: Bool) -> Bool {
        var rest = bytes
        if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
            guard consists(of: "/?:@", rest[(hash + 1)...]) else { return false }
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            guard consists(of: "/?:@", rest[(mark + 1)...]) else { return false }
            rest = rest[..<mark]
        }
        let colon = rest.firstIndex(of: UInt8(ascii: ":"))
        if let colon, isScheme(rest[..<colon]) {
            rest = rest[(colon + 1)...]
        } else {
            guard !requiresScheme else { return false }
            // Without a scheme a colon in the first segment would end one.
            if let colon, !rest[..<colon].contains(UInt8(ascii: "/")) { return false }
        }
        guard rest.starts(with: [UInt8(ascii: "/"), UInt8(ascii: "/")]) else { return consists(of: "/:@", rest) }
        let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
        return isAuthority(authority) && consists(of: "/:@", rest[authority.endIndex...])
    }

    private static func isScheme(_ bytes: ASCIIReader.Bytes) -> Bool {
        guard let first = bytes.first, ASCII.isLetter(first) else { return false }
        return bytes.allSatisfy { ASCII.isAlphanumeric($0) || ASCII.contains("+-.", $0) }
    }

    private static func isAuthority(_ bytes: ASCIIReader.Bytes) -> Bool {
        var host = bytes
        if let at = host.firstIndex(of: UInt8(ascii: "@")) {
            guard consists(of: ":", host[..<at]) else { return false }
            host = host[(at + 1)...]
        }
        if host.first == UInt8(ascii: "[") {
            guard let end = host.firstIndex(of: UInt8(ascii: "]")), isIPLiteral(host[(host.startIndex + 1)..<end])
            else {
                return false
            }
            return isPort(host[(end + 1)...])
        }
        let colon = host.firstIndex(of: UInt8(ascii: ":")) ?? host.endIndex
        return consists(of: "", host[..<colon]) && isPort(host[colon...])
    }

    private static func isIPLiteral(_ bytes: ASCIIReader.Bytes) -> Bool {
        guard let first = bytes.first, first | 0x20 == UInt8(ascii: "v") else {
            return IPAddressFormat.acceptsIPv6(bytes)
        }
        let version = bytes.dropFirst().prefix(while: ASCII.isHexDigit)
        let rest = bytes[version.endIndex...]
        return !version.isEmpty && rest.first == UInt8(ascii: ".") && rest.count > 1
            && !rest.contains(UInt8(ascii: "%")) && consists(of: ":", rest.dropFirst())
    }

    private static func isPort(_ bytes: ASCIIReader.Bytes) -> Bool {
        bytes.isEmpty || bytes.first == UInt8(ascii: ":") && bytes.dropFirst().allSatisfy(ASCII.isDigit)
    }

    /// Unreserved characters, sub-delimiters, percent-encoded bytes, and `others`.
    private static func consists(of others: StaticString, _ bytes: ASCIIReader.Bytes) -> Bool {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.endIndex, ASCII.isHexDigit(bytes[index + 1]), ASCII.isHexDigit(bytes[index + 2])
                else { return false }
                index += 3
                continue
            }
            guard ASCII.isAlphanumeric(byte) || ASCII.contains("-._~!$&'()*+,;=", byte) || ASCII.contains(others, byte)
            else { return false }
            index += 1
        }
        return true
    }
}
