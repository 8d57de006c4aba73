import NIOCore
import NIOPosix

/// A server on a loopback port that gives everyone the same answer.
enum FixedEndpoint {
    /// - Parameter answer: the status line and a JSON body, with `|` between them.
    static func run<Value>(_ answer: String, _ body: (Int) async throws -> Value) async throws -> Value {
        let parts = answer.split(separator: "|", maxSplits: 1).map(String.init)
        let text = """
            \(parts[0])\r\nContent-Type: application/json\r\nContent-Length: \(parts[1].utf8.count)\r\n\
            Connection: close\r\n\r\n\(parts[1])
            """
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FixedAnswer(text))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(try required(channel.localAddress?.port)))
        } catch {
            result = .failure(error)
        }
        try await channel.close()
        return try result.get()
    }
}

private final class FixedAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let text: String
    private var received = ""

    init(_ text: String) { self.text = text }

    /// Answers once the request has ended: its body is a form, whose last parameter is not known, so its length is read.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        let head = received.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard head.count == 2 else { return }
        let length = head[0].split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.drop { $0 != " " }.dropFirst()) }
        guard head[1].utf8.count >= length ?? 0 else { return }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in channel.close(promise: nil)
        }
    }
}
