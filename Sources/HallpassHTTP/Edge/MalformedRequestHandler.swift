import HTTPTypes
import HallpassCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Answers what is no HTTP, or not as ``ConnectionRules`` have it, in the one shape of every refusal, and ends the connection.
///
/// The server itself would answer with an empty 400. What breaks in the middle of a request is left to whoever is
/// reading that request.
final class MalformedRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let rules: ConnectionRules
    private var unansweredRequests = 0
    private var isOver = false

    init(rules: ConnectionRules) { self.rules = rules }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            try pipeline.addHandler(rules, position: .before(codec))
        } catch {
            preconditionFailure("the server has no codec of its own any more")
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        if case .head = unwrapInboundIn(data) { unansweredRequests += 1 }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unansweredRequests -= 1 }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isOver else { return }
        guard unansweredRequests == 0, let answer = Self.answer(to: error) else {
            context.fireErrorCaught(error)
            return
        }
        isOver = true
        let head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: answer.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        // Who is still sending would lose the answer if nobody took what it sends.
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: WireLimits.refusalPatience) { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isOver, case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    private static func answer(to error: any Error) -> Answer? {
        let requestID = RequestID.make()
        let refusal: HallpassError
        switch error {
        case ConnectionRefusal.overloaded: refusal = .overloaded
        case ConnectionRefusal.host: refusal = malformed("must have one Host, and in it a host's name")
        case HTTPParserError.headerOverflow: refusal = malformed("has more or longer headers than are read")
        case is HTTPParserError: refusal = malformed("is not HTTP/1.1")
        default: return nil
        }
        var answer = ErrorAnswer.make(refusal, requestID: requestID)
        if case HTTPParserError.headerOverflow = error { answer.status = .requestHeaderFieldsTooLarge }
        answer.headers[.requestID] = requestID
        answer.headers[.contentTypeOptions] = "nosniff"
        answer.headers[.contentLength] = String(answer.body.count)
        answer.headers[.connection] = "close"
        return answer
    }

    private static func malformed(_ message: String) -> HallpassError {
        .invalidRequest(path: "", rule: "http", message: message)
    }
}
