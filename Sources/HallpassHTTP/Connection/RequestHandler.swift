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
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let responder: HallpassResponder
    private let rules: ConnectionRules
    private let patience: TimeAmount
    private let streams: AsyncStream<@Sendable () async -> Void>.Continuation
    private var executor: EventLoopTaskExecutor?
    private var address: String?
    private let credentials = CredentialMemory()
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
        /// Whether what comes behind it is no HTTP, or would not be if anyone here spoke anything else.
        let isUpgrade: Bool
        /// Source: RFC 9112 section 6.1.
        let takesChunks: Bool
        var isReceived = false
        var isBeingAnswered = false
        var isStreamed = false
    }

    /// - Parameters:
    ///   - rules: of the same connection.
    ///   - streams: takes what writes an answer that goes on.
    init(
        responder: HallpassResponder, rules: ConnectionRules, patience: TimeAmount,
        streams: AsyncStream<@Sendable () async -> Void>.Continuation
    ) {
        self.responder = responder
        self.rules = rules
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
        waiting.removeAll()
        if let current, current.isBeingAnswered {
            // Whoever answers it finds nobody to tell.
            current.request.body.breakOff()
        } else {
            finish()
        }
    }

    /// Nothing runs for the connection any more.
    private func finish() {
        // What wants more of its body holds this.
        current = nil
        streams.finish()
    }
}

/// What arrives.
extension RequestHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        lastActive = .now()
        let part = unwrapInboundIn(data)
        if current?.isReceived == true || !waiting.isEmpty { waiting.append(part) } else { take(part, context) }
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
        guard !isGone else { return }
        while !isOver, current?.isReceived != true, let part = waiting.popFirst() { take(part, context) }
        guard !isOver, !isGone, waiting.isEmpty, current?.isReceived != true else { return }
        if let error = waitingError {
            waitingError = nil
            errorCaught(context: context, error: error)
        } else if hasInputEnded, current == nil {
            shut(context)
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
        if isEnough { isReadHeld = true } else { context.read() }
    }

    private var isEnough: Bool {
        guard let current, current.isBeingAnswered, !isOver else { return false }
        return current.isReceived
            ? current.isUpgrade || !waiting.isEmpty || waitingError != nil : !current.request.body.isWanted
    }

    private func readOn(_ context: ChannelHandlerContext) {
        guard isReadHeld, !isGone else { return }
        isReadHeld = false
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            hasInputEnded = true
            if current?.isReceived == false { current?.request.body.breakOff() }
            if current == nil, waiting.isEmpty { shut(context) }
        }
        if event is ChannelShouldQuiesceEvent {
            isStopping = true
            waiting.removeAll()
            waitingError = nil
            if current?.isBeingAnswered != true { shut(context) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A decoder that has failed says so again of everything that follows.
        guard !isOver, !(error is ByteToMessageDecoderError) else { return }
        let isOfRequest = error is HTTPParserError || error is ConnectionRefusal
        if isOfRequest, current?.isReceived == true || !waiting.isEmpty {
            waitingError = waitingError ?? error
        } else if isOfRequest, let current {
            // Whoever reads it finds out, and answers.
            current.request.body.breakOff()
            answer(context)
        } else if let answer = MalformedRequest.answer(to: error, date: responder.dateNow) {
            write(answer, context)
        } else {
            shut(context)
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
        guard let request = IncomingRequest(head, body: body, address: address, credentials: credentials) else {
            errorCaught(context: context, error: HTTPParserError.invalidMethod)
            return
        }
        let isUpgrade = head.method == .CONNECT || head.headers.contains(name: "Upgrade")
        current = CurrentRequest(
            request: request, isLast: isUpgrade || !head.isKeepAlive, isUpgrade: isUpgrade,
            takesChunks: head.version != .http1_0)
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
            finish()
            return
        }
        lastActive = .now()
        let isLast = response.isLast || isStopping || current?.isLast ?? true
        var bytes = start(response, isClosing: isLast || rules.isAnswerLast, context)
        switch response.body {
        case .bytes(let body):
            bytes.writeBytes(body)
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            end(isLast: isLast, context)
        case .stream(let write):
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            stream(write, isLast: isLast, context)
        }
    }

    /// What stands before the body.
    private func start(_ response: Response, isClosing: Bool, _ context: ChannelHandlerContext) -> ByteBuffer {
        switch response.body {
        case .bytes(let body): return start(response.head, room: body.count, isClosing: isClosing, context)
        case .stream where current?.takesChunks == true:
            var head = response.head
            head.add("Transfer-Encoding", "chunked")
            return start(head, isClosing: isClosing, context)
        case .stream: return start(response.head.http10, isClosing: isClosing, context)
        }
    }

    /// - Parameter room: for so many bytes behind it.
    private func start(
        _ head: ResponseHead, room: Int = 0, isClosing: Bool, _ context: ChannelHandlerContext
    ) -> ByteBuffer {
        var bytes = context.channel.allocator.buffer(capacity: head.bytes.count + 32 + room)
        bytes.writeBytes(head.bytes)
        if isClosing { bytes.writeStaticString("Connection: close\r\n") }
        bytes.writeStaticString("\r\n")
        return bytes
    }

    private func stream(
        _ write: @escaping @Sendable (StreamWriter) async -> Bool, isLast: Bool, _ context: ChannelHandlerContext
    ) {
        guard !isGone, !hasInputEnded else {
            // They left before there was anyone to notice.
            finish()
            context.close(promise: nil)
            return
        }
        current?.isStreamed = true
        let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let writer = StreamWriter(channel: context.channel, isChunked: current?.takesChunks == true)
        streams.yield {
            let isWhole = await write(writer)
            own.eventLoop.execute {
                let (handler, context) = own.value
                handler.endStream(isWhole: isWhole, isLast: isLast, context)
            }
        }
    }

    private func endStream(isWhole: Bool, isLast: Bool, _ context: ChannelHandlerContext) {
        if !isGone, isWhole {
            if current?.takesChunks == true {
                context.writeAndFlush(wrapOutboundOut(StreamWriter.lastChunk), promise: nil)
            }
            end(isLast: isLast || isStopping, context)
        } else {
            finish()
            context.close(promise: nil)
        }
    }

    private func end(isLast: Bool, _ context: ChannelHandlerContext) {
        let canDrain = current?.isUpgrade != true
        current = nil
        isOver = isLast
        lastActive = .now()
        rules.haveAnswered()
        if isLast, canDrain {
            linger(context)
        } else if isLast {
            shut(context)
        } else if waiting.isEmpty, waitingError == nil {
            goOn(context)
        } else {
            let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.execute {
                let (handler, context) = own.value
                handler.goOn(context)
            }
        }
    }

    /// Ends the connection a moment after the answer has left: who is still sending would lose it if nobody took what they send.
    private func linger(_ context: ChannelHandlerContext) {
        guard !hasInputEnded else {
            shut(context)
            return
        }
        let channel = context.channel
        let hasLeft = context.eventLoop.makePromise(of: Void.self)
        hasLeft.futureResult.whenComplete { _ in
            channel.eventLoop.scheduleTask(in: WireLimits.refusalPatience) { channel.close(promise: nil) }
        }
        context.close(mode: .output, promise: hasLeft)
        readOn(context)
    }

    /// Ends the connection once what was written has left. A reader that does not read is not waited for: see
    /// ``ConnectionRules``.
    private func shut(_ context: ChannelHandlerContext) {
        guard !isGone else { return }
        isOver = true
        waiting.removeAll()
        let unsentBytes = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
        guard let unsentBytes, unsentBytes > 0 else {
            context.close(promise: nil)
            return
        }
        let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: WireLimits.sendingPause) {
            let (handler, context) = own.value
            handler.shut(context)
        }
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
        if current?.isReceived == true || current?.isStreamed == true {
            watch(context, until: now + patience)
        } else if now < lastActive + patience {
            watch(context, until: lastActive + patience)
        } else {
            isOver = true
            context.close(promise: nil)
        }
    }
}
