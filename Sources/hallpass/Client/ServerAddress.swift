import Foundation

/// Where a server is: an `http` or `https` URL without user, query or fragment.
struct ServerAddress: Hashable, Sendable {
    /// As it is printed and as paths are appended to it: no slash at the end.
    let text: String
    let isEncrypted: Bool
    /// Lower case, an IPv6 address without its brackets.
    let host: String

    static let defaultText = "http://127.0.0.1:8080"

    /// - Returns: `nil` where the text is no such URL.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        var trimmed = text[...]
        while trimmed.last == "/" { trimmed.removeLast() }
        self.text = String(trimmed)
        isEncrypted = scheme == "https"
        self.host = String(host.lowercased().drop { $0 == "[" }.prefix { $0 != "]" })
    }

    /// Whether what is sent there stays on this machine.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        // Four numbers, so that a name such as 127.example.com is not taken for one.
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// Whether a secret made for the server at `other` may be shown to this one: it is on the same host.
    func isSameHost(as other: ServerAddress) -> Bool {
        isLoopback && other.isLoopback || host == other.host
    }
}

extension ServerAddress: CustomStringConvertible {
    var description: String { text }
}
