private import Foundation

/// Where the broker is: an `http` or `https` URL without user, query or fragment.
struct BrokerAddress: Hashable, Sendable {
    /// As paths are appended to it: no slash at the end.
    let text: String
    let isEncrypted: Bool
    /// Whether what is sent there stays on this machine.
    let isLoopback: Bool

    init?(_ text: String) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = parts.host?.lowercased(), !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        var trimmed = text[...]
        while trimmed.last == "/" { trimmed.removeLast() }
        self.text = String(trimmed)
        isEncrypted = scheme == "https"
        // Four numbers, so that a name such as 127.example.com is not taken for one.
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        isLoopback =
            ["localhost", "::1", "[::1]"].contains(host)
            || numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
