import ClawBase
import NIOCore
import NIOPosix

/// The connections of one thread. Everything happens on it.
final class ConnectionPool: @unchecked Sendable {  // touched on its loop only, which `onLoop` sees to
    let loop: any EventLoop
    private let configuration: NIOTransport.Configuration
    private let security: TLSContext
    /// The last one used is the next one used, so that those beyond need can age.
    private var idle: [Origin: [Connection]] = [:]
    private var open: [ObjectIdentifier: Connection] = [:]
    private var connecting = 0
    private var sweep: Scheduled<Void>?
    private var hasEnded = false

    init(_ loop: any EventLoop, _ configuration: NIOTransport.Configuration, _ security: TLSContext) {
        (self.loop, self.configuration, self.security) = (loop, configuration, security)
    }

    /// At once where we are on the loop already.
    func onLoop(_ body: @escaping @Sendable (ConnectionPool) -> Void) {
        if loop.inEventLoop { body(self) } else { loop.execute { body(self) } }
    }

    func start(_ exchange: Exchange) {
        let origin = exchange.call.origin
        while let connection = idle[origin]?.popLast() {
            if connection.isUsable { return connection.begin(exchange) }
        }
        connect(exchange)
    }

    /// A connection of its own, for one that was kept may have ended unseen.
    func connect(_ exchange: Exchange) {
        guard !hasEnded else { return exchange.fail(Self.closed) }
        let origin = exchange.call.origin
        guard open.count + connecting < configuration.connections else {
            return exchange.fail(
                TransportError(
                    code: .unreachable,
                    message: "\(configuration.connections) connections are open already, so none to \(origin) is made."))
        }
        connecting += 1
        let limit = min(exchange.call.connectTimeout, exchange.call.headTimeout)
        ClientBootstrap(group: loop)
            .connectTimeout(.nanoseconds(limit.nanoseconds))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { [security] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if origin.isSecure { try pipeline.addHandler(security.handler(for: origin.host)) }
                    try Connection.addHTTP(to: pipeline)
                    try pipeline.addHandler(Connection(self, channel, origin))
                }
            }
            .connect(host: origin.host, port: origin.port)
            .flatMapThrowing { channel in try channel.pipeline.syncOperations.handler(type: Connection.self) }
            .assumeIsolated()
            .whenComplete { result in
                self.connecting -= 1
                switch result {
                case .success(let connection):
                    self.open[ObjectIdentifier(connection)] = connection
                    if self.hasEnded { connection.cut() }
                    connection.begin(exchange)
                case .failure(let error): exchange.fail(TransportError(connecting: error, to: origin))
                }
            }
    }

    /// Its exchange is over, and it may have another.
    func keep(_ connection: Connection) {
        guard !hasEnded else { return connection.cut() }
        idle[connection.origin, default: []].append(connection)
        if sweep == nil { scheduleSweep() }
    }

    func forget(_ connection: Connection) { open[ObjectIdentifier(connection)] = nil }

    private func scheduleSweep() {
        let pause = TimeAmount.nanoseconds(configuration.idleTimeout.nanoseconds / 2)
        sweep = loop.assumeIsolated().scheduleTask(in: pause) { [weak self] in self?.closeIdle() }
    }

    private func closeIdle() {
        sweep = nil
        let limit = NIODeadline.now() - .nanoseconds(configuration.idleTimeout.nanoseconds)
        for (origin, connections) in idle {
            let kept = connections.filter { $0.isUsable && $0.lastUse > limit }
            for connection in connections where connection.isUsable && connection.lastUse <= limit { connection.cut() }
            idle[origin] = kept.isEmpty ? nil : kept
        }
        if !idle.isEmpty { scheduleSweep() }
    }

    // MARK: the end

    private static let closed = TransportError(code: .closed, message: "The transport was shut down.")

    func end() {
        onLoop { pool in
            pool.hasEnded = true
            pool.sweep?.cancel()
            for connection in pool.open.values { connection.end(Self.closed) }
            pool.idle = [:]
        }
    }

    func endAndWait() async {
        end()
        try? await loop.submit {}.get()
    }
}
