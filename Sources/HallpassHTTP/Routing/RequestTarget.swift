/// The path and the query of a request, as they were sent: nothing is decoded, joined or dropped, so that what is matched
/// here is what a proxy in front saw.
struct RequestTarget: Sendable {
    let path: String
    let query: String

    /// - Returns: `nil` for anything but an absolute path with an optional query, perhaps behind a scheme and an authority.
    init?(_ sent: String) {
        let text = Self.withoutAuthority(sent)
        guard text.utf8.first == UInt8(ascii: "/"), !text.utf8.contains(UInt8(ascii: "#")) else { return nil }
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            path = text
            query = ""
            return
        }
        path = String(text[..<mark])
        query = String(text[text.index(after: mark)...])
    }

    /// Whoever asks through a proxy may send the whole URL. Source: RFC 9112 section 3.2.2.
    private static func withoutAuthority(_ text: String) -> String {
        guard text.utf8.first != UInt8(ascii: "/") else { return text }
        let scheme = text.prefix { $0 != "/" }
        let rest = text.dropFirst(scheme.count)
        guard ["http:", "https:"].contains(scheme.lowercased()), rest.hasPrefix("//") else { return text }
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty else { return text }
        let target = rest.dropFirst(2 + authority.count)
        return target.hasPrefix("/") ? String(target) : "/\(target)"
    }

    /// What stands between the slashes, empty where two follow each other.
    var segments: [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }
}
