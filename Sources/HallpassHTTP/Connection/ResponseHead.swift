import HTTPTypes

/// A status line and header fields as they go over the wire, without the empty line behind them.
///
/// Source: RFC 9112 sections 4 and 5. NIO's own encoder takes an answer in three parts, each boxed and cast on its way through
/// the pipeline, and writes a field in four steps: 35 thousand instructions an answer instead of 9.
struct ResponseHead: Sendable {
    private(set) var bytes: [UInt8] = []

    init(_ status: HTTPResponse.Status) {
        bytes.reserveCapacity(384)
        // What most are.
        if status == .ok {
            append(lines: "HTTP/1.1 200 OK\r\n")
        } else {
            append("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        }
    }

    /// The same as HTTP/1.0, for an answer whose end is its connection's: one of 1.1 that nobody knows the end of would have chunks.
    var http10: ResponseHead {
        var head = self
        head.bytes.replaceSubrange(0..<8, with: "HTTP/1.0".utf8)
        return head
    }

    /// - Precondition: neither holds what ends a field.
    mutating func add(_ name: String, _ value: String) {
        append(name)
        append(": ")
        append(value)
        append("\r\n")
    }

    /// The same of a field whose name is known beforehand: `Date: `.
    mutating func add(start: StaticString, _ value: String) {
        append(lines: start)
        append(value)
        append(lines: "\r\n")
    }

    /// Whole lines.
    mutating func append(lines: StaticString) { lines.withUTF8Buffer { bytes.append(contentsOf: $0) } }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }
}
