import HTTPTypes
import Testing

@testable import HallpassHTTP

struct ResponseHeadTests {
    private func text(_ head: ResponseHead) -> String { String(decoding: head.bytes, as: UTF8.self) }

    @Test func `a status line and fields stand line by line, in their order`() {
        var head = ResponseHead(.tooManyRequests)
        head.add("Retry-After", "7")
        head.add("Content-Length", "0")
        #expect(text(head) == "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n")
        #expect(text(ResponseHead(.ok)) == "HTTP/1.1 200 OK\r\n")
        #expect(text(head.http10) == "HTTP/1.0 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n")
    }

    /// Source: RFC 9110 sections 8.6 and 15.3.5.
    @Test(arguments: [(HTTPResponse.Status.ok, true), (.noContent, false), (.notModified, false), (.notFound, true)])
    func `an answer says how long it is where it may have content`(status: HTTPResponse.Status, saysLength: Bool) {
        var answer = Answer(status, contentType: "text/plain", body: [])
        if status == .notModified { answer.headers[.contentLength] = "5" }
        let response = Response(answer, requestID: "id", date: "Sun, 22 Nov 2026 03:00:00 GMT")
        #expect(text(response.head).contains("\r\nContent-Length: ") == saysLength)
        #expect(text(response.head).contains("\r\nX-Request-Id: id\r\nX-Content-Type-Options: nosniff\r\n"))
    }
}
