import ClawBase
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// The end of one connection's pipeline: sends requests, one after the other, and gives their exchanges what comes back.
final class Connection: ChannelDuplexHandler, @unchecked Sendable {  // touched on its channel's loop only
    typealias InboundIn = HTTPResponsePart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPRequestPart

    let origin: Origin
    private let pool: ConnectionPool
    private let channel: any Channel
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var exchanges = 0
    private var hasHead = false
    private var isLast = false
    private var isPaused = false
    private var wantsRead = false
    /// When the exchange began, and when something last came.
    private var began = NIODeadline.now()
    private(set) var lastUse = NIODeadline.now()
    private var alarm: (at: NIODeadline, task: Scheduled<Void>)?

    init(_ pool: ConnectionPool, _ channel: any Channel, _ origin: Origin) {
        (self.pool, self.channel, self.origin) = (pool, channel, origin)
    }

    static func addHTTP(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        // Fields of swift-http-types have been looked at already: none can hold a line's end.
        try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes, enableOutboundHeaderValidation: false)
        try pipeline.addHandler(HTTP1ToHTTPClientCodec())
    }

    var isUsable: Bool { context != nil && channel.isActive }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: what goes out

    func begin(_ exchange: Exchange) {
        guard exchange.begin(on: self) else { return exchanges == 0 ? cut() : pool.keep(self) }
        guard let context, channel.isActive else {
            // Only a kept connection is replaced: who closes each new one would be asked for ever.
            if exchanges > 0 { return again(exchange) }
            return exchange.fail(TransportError(code: .disconnected, message: "\(origin) closed the connection at once."))
        }
        self.exchange = exchange
        exchanges += 1
        (hasHead, isLast) = (false, false)
        began = .now()
        lastUse = began
        context.write(wrapOutboundOut(.head(exchange.call.head)), promise: nil)
        if let body = exchange.call.body { context.write(wrapOutboundOut(.body(body)), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        watch()
    }

    /// The other side may have closed a kept connection just before it was used again: then, and only if nothing had come,
    /// the request was not seen (RFC 9112, section 9.3.1), and goes out on a fresh one.
    private func again(_ exchange: Exchange) { pool.connect(exchange) }

    func cut() { channel.close(promise: nil) }

    func end(_ error: TransportError) {
        let ended = exchange
        exchange = nil
        ended?.fail(error)
        cut()
    }

    // MARK: what comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange else { return cut() }
        lastUse = .now()
        switch unwrapInboundIn(data) {
        case .head(let head):
            hasHead = true
            isLast = head.headerFields[.connection]?.lowercased() == "close"
            exchange.receive(head)
        case .body(let bytes): isPaused = !exchange.receive(bytes)
        case .end: done(exchange)
        }
    }

    private func done(_ exchange: Exchange) {
        self.exchange = nil
        isPaused = false
        // Before anybody hears of the end, so that the next request finds the connection.
        if isLast { cut() } else { pool.keep(self) }
        exchange.finish()
        exchange.flush()
    }

    func channelReadComplete(context: ChannelHandlerContext) { exchange?.flush() }

    func read(context: ChannelHandlerContext) {
        if isPaused { wantsRead = true } else { context.read() }
    }

    /// Somebody has read.
    func resume() {
        isPaused = false
        lastUse = .now()
        watch()
        if wantsRead {
            wantsRead = false
            context?.read()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        pool.forget(self)
        alarm?.task.cancel()
        alarm = nil
        if let exchange {
            self.exchange = nil
            if !hasHead, exchanges > 1 {
                again(exchange)
            } else {
                exchange.fail(
                    TransportError(code: .disconnected, message: "\(origin) closed the connection in the midst of its answer."))
            }
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let exchange, hasHead || exchanges == 1 {
            self.exchange = nil
            exchange.fail(TransportError(exchanging: error, with: origin))
        }
        context.close(promise: nil)
    }

    // MARK: silence

    /// When the exchange must have gone on; nil: at any time.
    private func deadline(_ exchange: Exchange) -> NIODeadline? {
        if !hasHead { return began + .nanoseconds(exchange.call.headTimeout.nanoseconds) }
        return exchange.call.silence.map { lastUse + .nanoseconds($0.limit.nanoseconds) }
    }

    /// One alarm at a time, never moved: when it rings it looks whether there is cause, and when to look again. So many
    /// short exchanges cost one alarm.
    private func watch() {
        guard let exchange, !isPaused, let deadline = deadline(exchange) else { return }
        // A limit of silence can become shorter while nothing comes, but not shorter than its least.
        let least = exchange.call.silence.map { NIODeadline.now() + .nanoseconds($0.least.nanoseconds) }
        let at = least.map { min($0, deadline) } ?? deadline
        if let alarm {
            if alarm.at <= at { return }
            alarm.task.cancel()
        }
        alarm = (at, channel.eventLoop.assumeIsolated().scheduleTask(deadline: at) { [weak self] in self?.look() })
    }

    private func look() {
        alarm = nil
        guard let exchange, !isPaused, let deadline = deadline(exchange) else { return }
        guard deadline <= .now() else { return watch() }
        end(
            TransportError(
                code: .timeout,
                message: hasHead ? "\(origin) has been silent for too long." : "\(origin) did not answer in time."))
    }
}
