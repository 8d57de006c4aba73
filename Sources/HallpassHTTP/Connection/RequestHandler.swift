import HTTPTypes
import HallpassCore
import NIOCore
import NIOHTTP1

/// Has one request after the other answered, each in a task of its own that begins on the connection's event loop and comes
/// back to it; and closes a connection that is idle, broken or at its end.
///
/// Of a body no more is read than somebody waits for, and of what comes behind a request no more than came with it. What is no
/// HTTP, or not as ``ConnectionRules`` have it, is answered in the one shape of every refusal.
final class RequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let responder: HallpassResponder
    private let patience: TimeAmount
    private let streams: AsyncStream<@Sendable () async -> Void>.Continuation
    private var executor: EventLoopTaskExecutor?
    private var address: String?
    private var current: CurrentRequest?
    /// What came behind the request that is being answered. (NIO's own handler for this stops reading at each request's end and
    /// begins again after its answer: two more calls of the system for every request.)
    private var waiting = CircularBuffer<HTTPServerRequestPart>(initialCapacity: 0)
    private var waitingError: (any Error)?
    private var isReadHeld = false
    /// The server is about to stop.
    private var isStopping = false
    private var hasInputEnded = false
    /// Nothing that arrives is listened to any more: the last answer was written.
    private var isOver = false
    /// Nothing can be written any more.
    private var isGone = false
    private var lastActive = NIODeadline.now()
    private var idleness: Scheduled<Void>?

    private struct CurrentRequest {
        let request: IncomingRequest
        /// Whether its connection ends with its answer.
        let isLast: Bool
        var isReceived = false
        var isBeingAnswered = false
    }

    /// - Parameter streams: takes what writes an answer that goes on.
    init(
        responder: HallpassResponder, patience: TimeAmount,
        streams: AsyncStream<@Sendable () async -> Void>.Continuation
    ) {
        self.responder = responder
        self.patience = patience
        self.streams = streams
    }

    func handlerAdded(context: ChannelHandlerContext) {
        executor = EventLoopTaskExecutor(context.eventLoop)
        watch(context, until: lastActive + patience)
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        isGone = true
        idleness?.cancel()
        guard let current, current.isBeingAnswered else {
            streams.finish()
            return
        }
        current.request.body.breakOff()
    }
}

/// What arrives.
extension RequestHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        lastActive = .now()
        let part = unwrapInboundIn(data)
        if current?.isReceived == true { waiting.append(part) } else { take(part, context) }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): begin(head, context)
        case .body(let bytes): current?.request.body.append(bytes)
        case .end:
            current?.request.body.end()
            current?.isReceived = true
            answer(context)
        }
    }

    /// With what waited for the answer before.
    private func goOn(_ context: ChannelHandlerContext) {
        while !isOver, current?.isReceived != true, let part = waiting.popFirst() { take(part, context) }
        guard !isOver, !isGone, waiting.isEmpty else { return }
        if let error = waitingError, current?.isReceived != true {
            waitingError = nil
            errorCaught(context: context, error: error)
        } else if hasInputEnded, current == nil {
            context.close(promise: nil)
        } else {
            answer(context)
            readOn(context)
        }
    }

    /// What did not come in one piece is answered as it comes: it may be refused before it has arrived.
    func channelReadComplete(context: ChannelHandlerContext) {
        answer(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        guard let current, current.isBeingAnswered else {
            context.read()
            return
        }
        let isEnough = current.isReceived ? !waiting.isEmpty : !current.request.body.isWanted
        if isEnough { isReadHeld = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            hasInputEnded = true
            if let current {
                if !current.isReceived { current.request.body.breakOff() }
            } else {
                context.close(promise: nil)
            }
        }
        if event is ChannelShouldQuiesceEvent {
            isStopping = true
            waiting.removeAll()
            if current == nil { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isOver else { return }
        if current?.isReceived == true, error is HTTPParserError || error is ConnectionRefusal {
            waitingError = error
        } else if let current {
            // Whoever reads it finds out, and answers.
            current.request.body.breakOff()
            answer(context)
            if MalformedRequest.answer(to: error) == nil, !(error is ConnectionRefusal) { context.close(promise: nil) }
        } else if let answer = MalformedRequest.answer(to: error) {
            write(answer, context)
        } else {
            context.close(promise: nil)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        if address == nil { address = context.channel.remoteAddress?.ipAddress }
        let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let body = IncomingBody {
            own.eventLoop.execute {
                let (handler, context) = own.value
                handler.readOn(context)
            }
        }
        guard let request = IncomingRequest(head, body: body, address: address) else {
            errorCaught(context: context, error: HTTPParserError.invalidMethod)
            return
        }
        current = CurrentRequest(request: request, isLast: !head.isKeepAlive)
    }

    private func readOn(_ context: ChannelHandlerContext) {
        guard isReadHeld, !isGone else { return }
        isReadHeld = false
        context.read()
    }
}

/// What is answered.
extension RequestHandler {
    private func answer(_ context: ChannelHandlerContext) {
        guard let request = current?.request, current?.isBeingAnswered == false else { return }
        current?.isBeingAnswered = true
        let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let responder = responder
        Task.immediate(executorPreference: executor) {
            let response = await responder.respond(to: request)
            let (handler, context) = own.value
            handler.write(response, context)
        }
    }

    private func write(_ response: Response, _ context: ChannelHandlerContext) {
        guard !isGone else {
            streams.finish()
            return
        }
        lastActive = .now()
        var head = response.head
        if isStopping, !response.isLast { head.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        switch response.body {
        case .bytes(let bytes):
            if bytes.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil) }
            end(isLast: response.isLast, context)
        case .stream(let write):
            context.flush()
            let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let writer = StreamWriter(channel: context.channel)
            streams.yield {
                let isWhole = await write(writer)
                own.eventLoop.execute {
                    let (handler, context) = own.value
                    handler.endStream(isWhole: isWhole, context)
                }
            }
        }
    }

    private func endStream(isWhole: Bool, _ context: ChannelHandlerContext) {
        if isGone {
            streams.finish()
        } else if isWhole {
            end(isLast: false, context)
        } else {
            context.close(promise: nil)
        }
    }

    private func end(isLast: Bool, _ context: ChannelHandlerContext) {
        isOver = isLast || isStopping || current?.isLast ?? true
        current = nil
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if isOver {
            close(context)
        } else if waiting.isEmpty, waitingError == nil {
            goOn(context)
        } else {
            // Not from within: what came at once may be a thousand requests, each answered within the one before.
            let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.execute {
                let (handler, context) = own.value
                handler.goOn(context)
            }
        }
    }

    /// Who is still sending would lose the answer if nobody took what it sends.
    private func close(_ context: ChannelHandlerContext) {
        guard !hasInputEnded else {
            context.close(promise: nil)
            return
        }
        context.close(mode: .output, promise: nil)
        readOn(context)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: WireLimits.refusalPatience) { channel.close(promise: nil) }
    }
}

/// What does not arrive.
extension RequestHandler {
    private func watch(_ context: ChannelHandlerContext, until deadline: NIODeadline) {
        let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        idleness = context.eventLoop.scheduleTask(deadline: deadline) {
            let (handler, context) = own.value
            handler.closeWhereIdle(context)
        }
    }

    private func closeWhereIdle(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        if current?.isReceived == true {
            watch(context, until: now + patience)
        } else if now < lastActive + patience {
            watch(context, until: lastActive + patience)
        } else {
            context.close(promise: nil)
        }
    }
}
