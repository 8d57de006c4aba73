import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HallpassHTTP

struct HTTPConnectionTests {
    private final class WeakHandler: Sendable {
        private struct Reference: @unchecked Sendable { weak var handler: RequestHandler? }

        private let reference: Mutex<Reference>

        init(_ handler: RequestHandler) { reference = Mutex(Reference(handler: handler)) }

        var isGone: Bool { reference.withLock { $0.handler == nil } }
    }

    /// Sends `bytes` to a connection, breaks it, and waits for all that ran for it.
    private static func brokenOff(_ bytes: String, server: TestServer) async throws -> WeakHandler {
        let http = HTTPConnection(
            responder: server.application.responder, count: ConnectionCount(maximum: 1), patience: .seconds(600))
        let (found, continuation) = AsyncStream.makeStream(of: (HTTPConnection.Value, WeakHandler).self)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                http.setup(channel: channel, logger: server.application.responder.logger).flatMapThrowing { value in
                    let handler = try channel.pipeline.syncOperations.handler(type: RequestHandler.self)
                    continuation.yield((value, WeakHandler(handler)))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: try required(listener.localAddress)).get()
        // It is not to be ended, but broken.
        try await required(client as? any SocketOptionProvider).setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await client.writeAndFlush(ByteBuffer(string: bytes)).get()
        let (value, handler) = try required(await found.first { _ in true })
        try await client.close()
        // Returns only when nothing runs for the connection any more.
        await http.handle(value: value, logger: server.application.responder.logger)
        try await value.channel.closeFuture.get()
        try await listener.close()
        // What was under way on its loop when it closed, such as taking the handlers out.
        for _ in 0..<1_000 where !handler.isGone { try await value.channel.eventLoop.submit {}.get() }
        return handler
    }

    @Test(arguments: [
        "", "POST /v1/verify HT", "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n",
        "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345",
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET",
    ])
    func `of a connection that breaks nothing is left`(bytes: String) async throws {
        try await TestServer.run { server in
            let handler = try await Self.brokenOff(bytes, server: server)
            #expect(handler.isGone)
        }
    }
}
