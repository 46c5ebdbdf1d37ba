import HummingbirdCore
import Logging
import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Wraps a way to serve a connection so that serving is cancelled as soon as the client leaves or the server cuts.
///
/// Hummingbird's own means (`consumeWithCancellationOnInboundClose`) gives up the connection after the response;
/// watching from beside leaves keep-alive as it is.
struct WatchedChannel<Base: ServerChildChannel>: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let base: Base.Value
        let connection: Connection
        var channel: any Channel { base.channel }
    }

    let base: Base
    let connections: Connections
    let execution: HTTPServer.Execution

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let takeover = TakeoverHandler()
        do {
            // Before HTTP's handlers are added: above TLS, below them.
            try channel.pipeline.syncOperations.addHandler(takeover)
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        let connection = Connection(channel, NIOLoopBound(takeover, eventLoop: channel.eventLoop))
        channel.keepFromChildren()
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            // Before Hummingbird's own last handler, which ends the journey of the channel's events.
            try channel.pipeline.syncOperations.addHandler(LeaveHandler(connection), position: .first)
            return Value(base: value, connection: connection)
        }
    }

    func handle(value: Value, logger: Logger) async {
        switch execution {
        case .shared: await serve(value, logger)
        case .connection:
            await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) { await serve(value, logger) }
        }
    }

    @concurrent private func serve(_ value: Value, _ logger: Logger) async {
        let connection = value.connection
        connections.add(connection)
        defer { connections.remove(connection) }
        await Connection.$current.withValue(connection) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await base.handle(value: value.base, logger: logger) }
                group.addTask { await connection.untilEnd() }
                await group.next()
                group.cancelAll()
            }
        }
    }
}

private final class LeaveHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Behind an upgrade, who has finished may still be reading.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent, !connection.isUpgraded.load(ordering: .relaxed) {
            connection.clientLeft()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.clientLeft()
        context.fireChannelInactive()
    }
}

extension Channel {
    /// A child process that inherited a socket would keep its port in use beyond our end. On the channel's loop only.
    func keepFromChildren() {
        _ = try? pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
            fcntl(socket, F_SETFD, FD_CLOEXEC)
        }
    }
}
