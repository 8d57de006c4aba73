import HTTPTypes
import NIOCore
import NIOHTTP1

/// What goes over the wire: an answer with the headers that every answer has.
struct Response: Sendable {
    let head: HTTPResponseHead
    let body: Body
    /// Whether the connection ends with it.
    let isLast: Bool

    enum Body: Sendable {
        case bytes(ByteBuffer)
        /// Written until it returns; `false` where the connection broke first.
        case stream(@Sendable (StreamWriter) async -> Bool)
    }

    /// - Parameters:
    ///   - date: as in the header `Date`.
    ///   - isHead: whether the body is left out, and its length said nevertheless.
    init(_ answer: Answer, requestID: String, date: String, isHead: Bool = false, isLast: Bool = false) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(8)
        for field in answer.headers { headers.add(name: field.name.rawName, value: field.value) }
        headers.add(name: "X-Request-Id", value: requestID)
        headers.add(name: "X-Content-Type-Options", value: "nosniff")
        headers.add(name: "Date", value: date)
        // An answer without content says nothing of its length. Source: RFC 9110 section 8.6.
        if answer.events == nil, answer.status != .noContent, answer.status != .notModified,
            !answer.headers.contains(.contentLength)
        {
            headers.add(name: "Content-Length", value: String(answer.body.count))
        }
        head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status.code), headers: headers)
        body = .bytes(ByteBuffer(bytes: isHead ? [] : answer.body))
        self.isLast = isLast
    }

    private init(head: HTTPResponseHead, body: Body, isLast: Bool) {
        self.head = head
        self.body = body
        self.isLast = isLast
    }

    /// The same head, and an answer that goes on behind it.
    func streaming(_ write: @escaping @Sendable (StreamWriter) async -> Bool) -> Response {
        Response(head: head, body: .stream(write), isLast: isLast)
    }
}

/// Writes an answer that goes on, each piece when the one before it has left.
struct StreamWriter: Sendable {
    let channel: any Channel

    /// - Throws: what the connection throws.
    func write(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))).get()
    }
}
