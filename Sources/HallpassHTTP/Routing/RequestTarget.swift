/// The path and the query of a request, as they were sent: nothing is decoded, joined or dropped, so that what is matched
/// here is what a proxy in front saw.
struct RequestTarget: Sendable {
    let path: String
    let query: String

    /// - Returns: `nil` for anything but an absolute path with an optional query.
    init?(_ text: String?) {
        guard let text, text.utf8.first == UInt8(ascii: "/"), !text.utf8.contains(UInt8(ascii: "#")) else { return nil }
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            path = text
            query = ""
            return
        }
        path = String(text[..<mark])
        query = String(text[text.index(after: mark)...])
    }

    /// What stands between the slashes, empty where two follow each other.
    var segments: [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }
}
