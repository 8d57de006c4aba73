/// An address that secrets may be sent to: `https`, or `http` on this machine; without user, query and fragment.
///
/// 1 to 512 visible ASCII bytes, kept as they were written.
package struct UpstreamURL: Hashable, Sendable {
    package let text: String

    package init?(_ text: String) {
        guard (1...Limits.resourceBytes).contains(text.utf8.count),
            text.utf8.allSatisfy({ VisibleASCII.contains($0) && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "?") })
        else { return nil }
        let isEncrypted = text.hasPrefix("https://")
        guard isEncrypted || text.hasPrefix("http://") else { return nil }
        let authority = text.dropFirst(isEncrypted ? 8 : 7).prefix { $0 != "/" }
        guard let host = Self.host(of: authority), isEncrypted || Self.isLoopback(host) else { return nil }
        self.text = text
    }

    package static var rule: String {
        "must be an https URL, or http on this machine, without user, query and fragment"
    }

    /// - Returns: `nil` for an authority with a user, a bad port, or no host.
    private static func host(of authority: Substring) -> Substring? {
        guard !authority.contains("@"), !authority.contains("\\") else { return nil }
        let host: Substring
        let rest: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            (host, rest) = (
                authority[authority.index(after: authority.startIndex)..<end], authority[end...].dropFirst()
            )
        } else {
            let end = authority.firstIndex(of: ":") ?? authority.endIndex
            (host, rest) = (authority[..<end], authority[end...])
        }
        guard !host.isEmpty else { return nil }
        guard !rest.isEmpty else { return host }
        guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
        return host
    }

    /// Four numbers, so that a name such as `127.example.com` is not taken for one.
    private static func isLoopback(_ host: Substring) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
