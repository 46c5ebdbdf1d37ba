import ClawBase
import NIOCore

/// Stands between TLS (or the socket) and HTTP, does nothing until a response leaves HTTP, and then keeps what is above
/// it out: bytes go to and come from an ``UpgradedChannel`` only.
///
/// The HTTP handlers stay in the pipeline, where they learn of the connection's end as ever. On the event loop only.
final class TakeoverHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = NIOAny
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?
    private var sink: UpgradedChannel.Inbound?
    private var peerHasLeft: @Sendable () -> Void = {}
    /// How long what the peer sent before it left may still be read.
    private static let grace = TimeAmount.seconds(1)

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        sink?.end(nil)
    }

    /// From now on the connection is the sink's.
    func takeOver(_ sink: UpgradedChannel.Inbound, whenPeerLeaves: @escaping @Sendable () -> Void) {
        self.sink = sink
        peerHasLeft = whenPeerLeaves
        guard let context, context.channel.isActive else { return sink.end(nil) }
        // TLS reads on by itself where a record is not whole yet, but only where nobody else would.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
    }

    func read() { context?.read() }

    func write(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }

    func finish() { context?.close(mode: .output, promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let sink else { return context.fireChannelRead(data) }
        sink.add(Array(buffer: unwrapInboundIn(data)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard let sink else { return context.fireChannelReadComplete() }
        if sink.wantsMore { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let sink, case ChannelEvent.inputClosed? = event as? ChannelEvent {
            sink.end(nil)
            // A closed connection and a finished half look the same from here; nothing that is spoken behind an upgrade
            // finishes one half and goes on reading.
            context.eventLoop.scheduleTask(in: Self.grace, peerHasLeft)
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        sink?.end(nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        sink?.end(TransportError(code: .disconnected, message: "The connection broke: \(error)"))
        context.fireErrorCaught(error)
    }

    // What HTTP's handlers want of the connection counts no more.

    func read(context: ChannelHandlerContext) { if sink == nil { context.read() } }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard sink != nil else { return context.write(data, promise: promise) }
        promise?.fail(ChannelError.operationUnsupported)
    }

    func flush(context: ChannelHandlerContext) { if sink == nil { context.flush() } }
}
