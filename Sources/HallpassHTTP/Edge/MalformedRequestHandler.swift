import HTTPTypes
import HallpassCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Answers what is no HTTP in the one shape of every refusal, and ends the connection.
///
/// The server itself would answer with an empty 400. What breaks in the middle of a request is left to whoever is
/// reading that request.
final class MalformedRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var unansweredRequests = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { unansweredRequests += 1 }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unansweredRequests -= 1 }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, unansweredRequests == 0 else {
            context.fireErrorCaught(error)
            return
        }
        let answer = Self.answer(to: error)
        let head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: answer.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }

    private static func answer(to error: HTTPParserError) -> Answer {
        let requestID = RequestID.make()
        let isTooLarge = error == .headerOverflow
        let refusal = HallpassError.invalidRequest(
            path: "", rule: "http", message: isTooLarge ? "has more or longer headers than are read" : "is not HTTP/1.1"
        )
        var answer = ErrorAnswer.make(refusal, requestID: requestID)
        if isTooLarge { answer.status = .requestHeaderFieldsTooLarge }
        answer.headers[.requestID] = requestID
        answer.headers[.contentTypeOptions] = "nosniff"
        answer.headers[.contentLength] = String(answer.body.count)
        answer.headers[.connection] = "close"
        return answer
    }
}
