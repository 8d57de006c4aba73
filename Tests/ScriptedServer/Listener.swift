package import NIOCore
import NIOPosix

/// A socket of this machine, and what is done with each connection to it.
package enum Listener {
    package typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>
    package typealias Inbound = NIOAsyncChannelInboundStream<ByteBuffer>
    package typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Runs `body` with the port, while `serve` has every connection until it returns, which closes it.
    package static func run<Value: Sendable>(
        serve: @escaping @Sendable (Inbound, Outbound) async throws -> Void,
        _ body: @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        // A connection is wrapped only once it is served: one that came too late for that would end the process.
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0) { channel in channel.eventLoop.makeSucceededFuture(channel) }
        guard let port = server.channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return try await server.executeThenClose { connections in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await withThrowingDiscardingTaskGroup { open in
                        for try await connection in connections {
                            open.addTask {
                                // The other side may be gone at any time; that is what some tests are about.
                                try? await wrapped(connection).get().executeThenClose { try await serve($0, $1) }
                            }
                        }
                    }
                }
                defer { group.cancelAll() }
                return try await body(port)
            }
        }
    }

    /// A connection to a port of this machine.
    package static func connect(
        _ port: Int, _ body: @Sendable (Inbound, Outbound) async throws -> Void
    ) async throws {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in wrapped(channel) }
        try await connection.executeThenClose { try await body($0, $1) }
    }

    private static func wrapped(_ channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.submit {
            let connection = try Connection(wrappingChannelSynchronously: channel)
            try channel.syncOptions?.setOption(.autoRead, value: true)
            return connection
        }
    }
}
