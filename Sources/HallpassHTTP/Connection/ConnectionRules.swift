import NIOCore
import NIOHTTP1

/// What a connection owes the server, and the server does not ask for by itself: exactly one `Host`, an end where there is to
/// be one, a body that arrives in time, a reader that reads, and room for it.
final class ConnectionRules: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let count: ConnectionCount
    private let patience: TimeAmount
    private var context: ChannelHandlerContext?
    private var isBeyondCount = false
    /// Requests whose answers are not yet written to their end.
    private var unanswered = 0
    /// Nothing is read after this request: it says so, or was refused.
    private var hasLastRequest = false
    private var body: ArrivingBody?
    private var bodyDeadline: Scheduled<Void>?
    private var readDeadline: Scheduled<Void>?

    /// - Parameter patience: how long a body, and a reader, may take at least.
    init(count: ConnectionCount, patience: TimeAmount) {
        self.count = count
        self.patience = patience
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isBeyondCount = !count.enter()
        let count = count
        context.channel.closeFuture.whenComplete { _ in count.leave() }
        guard isBeyondCount else { return }
        // Whoever is told to come back must not stay for longer than it takes to hear it.
        let channel = context.channel
        context.eventLoop.scheduleTask(in: WireLimits.refusalPatience) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        bodyDeadline?.cancel()
        readDeadline?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasLastRequest || body != nil else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            unanswered += 1
            if let refusal = refusal(of: head) {
                hasLastRequest = true
                context.fireErrorCaught(refusal)
                return
            }
            if head.isLast {
                hasLastRequest = true
                head.headers.replaceOrAdd(name: "Connection", value: "close")
            }
            body = ArrivingBody()
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body(let bytes):
            body?.receivedBytes += bytes.readableBytes
            context.fireChannelRead(data)
        case .end:
            body = nil
            bodyDeadline?.cancel()
            bodyDeadline = nil
            context.fireChannelRead(data)
        }
    }

    /// What came in one piece never starts the clock.
    func channelReadComplete(context: ChannelHandlerContext) {
        watchBody(context)
        context.fireChannelReadComplete()
    }

    /// Whether the answer that is given next is the last one of its connection.
    var isAnswerLast: Bool { hasLastRequest && unanswered <= 1 }

    /// To be told at the end of each answer.
    func haveAnswered() {
        unanswered = max(0, unanswered - 1)
        if let context { watchBody(context) }
    }

    /// A reader that does not read holds what was written for it in memory.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        readDeadline?.cancel()
        readDeadline = nil
        if !context.channel.isWritable {
            let channel = context.channel
            readDeadline = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    private func refusal(of head: HTTPRequestHead) -> ConnectionRefusal? {
        if isBeyondCount { return .overloaded }
        return head.hasGoodHost ? nil : .host
    }

    /// Only of the request that is being read: one behind it waits for the server, not the server for it.
    private func watchBody(_ context: ChannelHandlerContext) {
        guard let body, bodyDeadline == nil, unanswered <= 1 else { return }
        let now = NIODeadline.now()
        let started = body.started ?? now
        self.body?.started = started
        let deadline = started + body.allowance(patience)
        guard now < deadline else {
            self.body = nil
            hasLastRequest = true
            context.fireErrorCaught(ConnectionRefusal.slowBody)
            return
        }
        let rules = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        bodyDeadline = context.eventLoop.scheduleTask(deadline: deadline) {
            let (rules, context) = rules.value
            rules.bodyDeadline = nil
            rules.watchBody(context)
        }
    }
}

/// What is known of a body that has not ended.
private struct ArrivingBody {
    /// When the server began to wait for it; `nil` until then.
    var started: NIODeadline?
    var receivedBytes = 0

    /// How long it may have taken by now: a second more for each ``WireLimits/bodyBytesPerSecond`` that came, so that a large
    /// one has its time and a drip does not.
    func allowance(_ patience: TimeAmount) -> TimeAmount {
        patience + .seconds(Int64(receivedBytes / WireLimits.bodyBytesPerSecond))
    }
}

extension HTTPRequestHead {
    /// One `Host` in HTTP/1.1, at most one in HTTP/1.0, and in it what a host and port are written with.
    ///
    /// Source: RFC 9112 section 3.2; RFC 3986 section 3.2.2.
    fileprivate var hasGoodHost: Bool {
        var found: String?
        // By way of the list that NIO makes of them it took 2.2 thousand instructions instead of 1.3.
        for (name, value) in headers where name.utf8.count == 4 && name.utf8.isSameWord(as: "host".utf8) {
            guard found == nil else { return false }
            found = value
        }
        guard var host = found else { return version == .http1_0 }
        return !host.isEmpty && host.withUTF8 { $0.allSatisfy(Self.isHostByte) }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "-"):
            true
        default: "_~!$&'()*+,;=%[]".utf8.contains(byte)
        }
    }

    /// HTTP/1.0 has an end after each request; `Connection` is a list of words in any case, where the server below looks for one
    /// spelling. Source: RFC 9112 section 9.3; RFC 9110 section 7.6.1.
    fileprivate var isLast: Bool {
        version == .http1_0
            || headers[canonicalForm: "Connection"].contains { $0.lowercased() == "close" }
    }
}
