/// RFC 5321 section 4.1.2, Mailbox.
enum EmailFormat {
    private static let mailboxBytes = 254
    private static let localBytes = 64

    static func accepts(_ bytes: ASCIIReader.Bytes) -> Bool {
        guard bytes.count <= mailboxBytes, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let local = bytes[..<at]
        guard (1...localBytes).contains(local.count) else { return false }
        return (isDotString(local) || isQuotedString(local)) && isDomain(bytes[(at + 1)...])
    }

    private static func isDotString(_ local: ASCIIReader.Bytes) -> Bool {
        local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.allSatisfy { ASCII.isAlphanumeric($0) || ASCII.contains("!#$%&'*+-/=?^_`{|}~", $0) }
        }
    }

    private static func isQuotedString(_ local: ASCIIReader.Bytes) -> Bool {
        let quote = UInt8(ascii: "\"")
        guard local.count >= 2, local.first == quote, local.last == quote else { return false }
        var isEscaped = false
        for byte in local.dropFirst().dropLast() {
            guard (0x20...0x7E).contains(byte) else { return false }
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == quote {
                return false
            }
        }
        return !isEscaped
    }

    private static func isDomain(_ domain: ASCIIReader.Bytes) -> Bool {
        guard domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]") else {
            return HostnameFormat.accepts(domain)
        }
        let literal = domain.dropFirst().dropLast()
        let prefix = Array("IPv6:".utf8)
        return literal.starts(with: prefix)
            ? IPAddressFormat.acceptsIPv6(literal.dropFirst(prefix.count)) : IPAddressFormat.acceptsIPv4(literal)
    }
}
