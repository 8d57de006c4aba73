import NIOCore
import NIOPosix
import Testing

/// What is read of an answer that goes on, over a socket, because that is where it goes on.
struct LiveStream {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private(set) var text = ""

    /// Asks for `path` and reads until `body` returns; then hangs up.
    static func read(
        _ path: String, at port: Int, headers: [String],
        _ body: @escaping @Sendable (inout LiveStream) async throws -> Void
    ) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "localhost", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            let request = ["GET \(path) HTTP/1.1", "Host: localhost"] + headers + ["", ""]
            try await outbound.write(ByteBuffer(string: request.joined(separator: "\r\n")))
            var stream = LiveStream(iterator: inbound.makeAsyncIterator())
            try await body(&stream)
        }
    }

    private init(iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.iterator = iterator }

    /// - Returns: whether it came before the server ended the connection.
    mutating func wait(for part: String) async throws -> Bool {
        while !text.contains(part) {
            guard let buffer = try await iterator.next() else { return false }
            text += String(buffer: buffer)
        }
        return true
    }

    mutating func expect(_ part: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let hasCome = try await wait(for: part)
        #expect(hasCome, "\(text)", sourceLocation: sourceLocation)
    }

    /// The server ends the answer, as one that goes on is ended.
    mutating func expectEnd(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expect("\r\n0\r\n\r\n", sourceLocation: sourceLocation)
    }
}
