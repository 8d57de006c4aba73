/// Where this server may be made to connect to by someone who registers something: `https`, or `http` on this machine.
///
/// 1 to 512 visible ASCII bytes, kept as they were written; no user, so that nothing in front of the host is taken for it, and
/// no fragment. What the host leads to is judged when a connection is made.
package struct OutboundURL: Hashable, Sendable {
    package let text: String
    /// As it is written; an IPv6 address stands without its brackets.
    package let host: String
    /// Whether the address itself says that it is this machine.
    package let isLoopback: Bool

    package init?(_ text: String) {
        guard text.utf8.count <= Limits.resourceBytes, text.utf8.allSatisfy(VisibleASCII.contains),
            !text.utf8.contains(UInt8(ascii: "#")), let scheme = ["https://", "http://"].first(where: text.hasPrefix)
        else { return nil }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        guard let host = Self.host(of: authority) else { return nil }
        let isLoopback = Self.isLoopback(host)
        guard scheme == "https://" || isLoopback else { return nil }
        self.text = text
        self.host = host
        self.isLoopback = isLoopback
    }

    package static var rule: String {
        "must be an https URL without user and fragment; http only at localhost, 127.0.0.1 or [::1]"
    }

    /// - Returns: `nil` for an authority that is empty, names a user, or has a port that is none.
    private static func host(of authority: Substring) -> String? {
        let host: Substring
        let rest: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
            guard host.utf8.allSatisfy({ Self.isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return nil }
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority[host.endIndex...]
            guard host.utf8.allSatisfy(Self.isHostCharacter) else { return nil }
        }
        guard !host.isEmpty, rest.isEmpty || isPort(rest) else { return nil }
        return String(host)
    }

    /// Four numbers, so that a name such as `127.example.com` is not taken for one.
    private static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
            && UInt16(text.dropFirst()) ?? 0 > 0
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2E
    }
}
