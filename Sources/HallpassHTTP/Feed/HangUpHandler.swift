import NIOCore

/// Notices that whoever reads an answer has gone, while nothing is being written to them.
///
/// The server takes a connection of which the other side closed its half for one whose answer is still wanted. An answer that
/// never ends is not: it would hold its place until a heartbeat fails to arrive.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private let onHangUp: @Sendable () -> Void

    /// - Parameter onHangUp: called on the connection's event loop, perhaps more than once.
    init(onHangUp: @escaping @Sendable () -> Void) { self.onHangUp = onHangUp }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { onHangUp() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        onHangUp()
        context.fireChannelInactive()
    }
}
