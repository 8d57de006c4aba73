import HTTPTypes
import NIOCore

/// What goes over the wire: an answer with the headers that every answer has.
struct Response: Sendable {
    let head: ResponseHead
    let body: Body
    /// Whether the connection ends with it.
    let isLast: Bool

    enum Body: Sendable {
        case bytes([UInt8])
        /// Written until it returns; `false` where the connection broke first.
        case stream(@Sendable (StreamWriter) async -> Bool)
    }

    /// - Parameters:
    ///   - date: as in the header `Date`.
    ///   - isHead: whether the body is left out, and its length said nevertheless.
    init(_ answer: Answer, requestID: String, date: String, isHead: Bool = false, isLast: Bool = false) {
        var head = ResponseHead(answer.status)
        // A field cannot be made with what would end it.
        let hasContent = answer.status != .noContent && answer.status != .notModified
        for field in answer.headers where hasContent || field.name != .contentLength {
            head.add(field.name.rawName, field.value)
        }
        head.add(start: "X-Request-Id: ", requestID)
        head.append(lines: "X-Content-Type-Options: nosniff\r\n")
        head.add(start: "Date: ", date)
        // An answer without content says nothing of its length. Source: RFC 9110 section 8.6.
        if answer.events == nil, hasContent, !answer.headers.contains(.contentLength) {
            head.add(start: "Content-Length: ", String(answer.body.count))
        }
        self.init(head: head, body: .bytes(isHead ? [] : answer.body), isLast: isLast)
    }

    private init(head: ResponseHead, body: Body, isLast: Bool) {
        self.head = head
        self.body = body
        self.isLast = isLast
    }

    /// The same head, and an answer that goes on behind it.
    func streaming(_ write: @escaping @Sendable (StreamWriter) async -> Bool) -> Response {
        Response(head: head, body: .stream(write), isLast: isLast)
    }
}
