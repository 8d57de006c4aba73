import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// How the server makes an HTTP/1.1 connection of a socket that it accepted.
///
/// Hummingbird's own connection is an `NIOAsyncChannel` of HTTP types: it takes every part of a request and an answer through a
/// sequence of its own, parses each path as a URL, and begins each answer with a logger and its metadata. A bare application
/// that decodes and encodes JSON took 54 µs of CPU a request with it and 37 µs without.
struct HTTPConnection: ServerChildChannel {
    let responder: HallpassResponder
    let count: ConnectionCount
    /// How long a connection may be idle, a body may take at least, and a reader may not read.
    let patience: TimeAmount

    /// One that was accepted.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// Answers that go on, each written until it returns; ends when the connection has and nothing runs for it any more.
        let streams: AsyncStream<@Sendable () async -> Void>
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = WireLimits.headerFieldBytes
            limits.maxHeaderListSize = WireLimits.headerListBytes
            limits.maxHeaderFieldCount = WireLimits.headerFieldCount
            let pipeline = channel.pipeline.syncOperations
            let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
            let (streams, continuation) = AsyncStream.makeStream(of: (@Sendable () async -> Void).self)
            let rules = ConnectionRules(count: count, patience: patience)
            try pipeline.addHandler(ByteToMessageHandler(decoder))
            try pipeline.addHandler(rules)
            try pipeline.addHandler(
                RequestHandler(responder: responder, rules: rules, patience: patience, streams: continuation))
            return Value(channel: channel, streams: streams)
        }
    }

    /// A server that is told to stop waits for this; one whose time is up does not. What is written here knows when that
    /// begins, as the other tasks of a connection do not.
    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            for await stream in value.streams { await stream() }
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }
}
