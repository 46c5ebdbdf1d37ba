public import ClawBase
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
public import ServiceLifecycle

/// Serves any ``Handler`` over HTTP/1.1, with or without TLS, on Hummingbird.
///
/// ```swift
/// let server = HTTPServer(listen: try ListenAddress("127.0.0.1:0"), logger: logger)
/// try await server.withServer(handler) { address in … }       // in a scope
/// ServiceGroup(services: [server.service(handler)], …)        // among services
/// ```
/// Bodies stream both ways with back-pressure; every chunk of a response is sent at once. When a client leaves, the
/// task that answers it is cancelled; closing only the sending half of the connection counts as leaving.
/// A response that leaves HTTP (``Response/switchingProtocols(_:_:)``) takes the connection over; on shutdown it counts
/// as an open stream.
/// A response whose stream fails ends the connection without the closing chunk, so that the client sees the break.
public struct HTTPServer: Sendable {
    /// What one client may ask for, and how long an end may take.
    public struct Limits: Sendable {
        /// All header fields of one request together, in bytes; beyond it the answer is 400.
        public var headerBytes: Int
        /// The body of one request in bytes; reading beyond it throws ``Finding`` with `E_BODY_TOO_LARGE`.
        public var bodyBytes: Int
        /// Connections at the same time; more wait in the system's queue. nil: as many as the system allows.
        public var connections: Int?
        /// How long a connection may stay without a request.
        public var idle: Duration
        /// On shutdown: how long exchanges under way may take to end by themselves.
        public var drain: Duration
        /// On shutdown: the same for responses of unknown length (watches, event streams), which may never end.
        public var streamDrain: Duration

        public init(
            headerBytes: Int = 64 * 1024, bodyBytes: Int = 64 * 1024 * 1024, connections: Int? = nil,
            idle: Duration = .seconds(90), drain: Duration = .seconds(10), streamDrain: Duration = .seconds(1)
        ) {
            self.headerBytes = headerBytes
            self.bodyBytes = bodyBytes
            self.connections = connections
            self.idle = idle
            self.drain = drain
            self.streamDrain = streamDrain
        }
    }

    /// On which threads requests are answered.
    public enum Execution: Sendable {
        /// Swift's own: right for handlers that compute or that call what blocks.
        case shared
        /// Each connection's on the thread that reads it: the quickest for handlers that pass things on, for no thread
        /// waits for another. One that computes for long keeps the other connections of its thread waiting.
        case connection
    }

    public let listen: ListenAddress
    private let execution: Execution
    private let tls: TLSIdentity?
    private let limits: Limits
    private let time: any TimeSource
    private let logger: Logger

    public init(
        listen: ListenAddress, tls: TLSIdentity? = nil, limits: Limits = Limits(), execution: Execution = .shared,
        time: any TimeSource = .system, logger: Logger
    ) {
        self.listen = listen
        self.execution = execution
        self.tls = tls
        self.limits = limits
        self.time = time
        self.logger = logger
    }

    /// Serves until the task is cancelled (everything is cut at once) or its service group shuts down gracefully:
    /// then no connection is accepted any more, exchanges under way end within ``Limits/drain``, open streams within
    /// ``Limits/streamDrain``, and the rest is cut.
    /// - Parameters:
    ///   - onBound: called once, with the real port, when connections are accepted.
    ///   - onDrain: called when a graceful shutdown begins: the place to end watches with a proper last chunk.
    /// - Throws: ``Finding`` with ``FindingCode/listen`` where the address cannot be listened at.
    public func run(
        handler: some Handler, onBound: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
        onDrain: @escaping @Sendable () async -> Void = {}
    ) async throws {
        let connections = Connections()
        let responder = HandlerResponder(
            handler: handler, connections: connections, bodyLimit: limits.bodyBytes,
            scheme: tls == nil ? "http" : "https", asksForCertificates: tls?.clientAuthorities != nil, time: time)
        let channel = WatchedChannel(
            base: HTTP1Channel(
                responder: { request, writer, channel in try await responder.respond(request, writer, channel) },
                configuration: .init(
                    idleTimeout: .nanoseconds(limits.idle.nanoseconds),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes))),
            connections: connections, execution: execution)
        if let tls {
            let secured = try TLSChannel(channel, tlsConfiguration: tls.configuration())
            try await serve(secured, connections, onBound, onDrain)
        } else {
            try await serve(channel, connections, onBound, onDrain)
        }
    }

    private func serve(
        _ channel: some ServerChildChannel, _ connections: Connections,
        _ onBound: @escaping @Sendable (ListenAddress) async -> Void, _ onDrain: @escaping @Sendable () async -> Void
    ) async throws {
        var quiet = logger
        // Its errors are those of single connections being cut; the server's own are thrown.
        quiet.logLevel = .critical
        let server = Server(
            childChannelSetup: channel,
            configuration: ServerConfiguration(
                address: .hostname(listen.host, port: listen.port),
                availableConnectionsDelegate: limits.connections.map { MaximumAvailableConnections($0) }),
            onServerRunning: { [listen, logger] listener in
                try? await listener.eventLoop.submit { listener.keepFromChildren() }.get()
                var bound = listen
                bound.port = listener.localAddress?.port ?? listen.port
                logger.debug("listening", metadata: ["address": "\(bound)"])
                await onBound(bound)
            },
            eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await gracefulShutdown()
                connections.startDraining()
                await onDrain()
                try await time.sleep(for: min(limits.streamDrain, limits.drain))
                connections.cut(onlyStreams: true)
                try await time.sleep(for: max(.zero, limits.drain - limits.streamDrain))
                connections.cut(onlyStreams: false)
            }
            do { try await server.run() } catch { throw listen.finding(for: error) }
            group.cancelAll()
        }
    }
}

extension HTTPServer {
    /// The server with its handler as a service for a `ServiceGroup`.
    public func service(
        _ handler: some Handler, onBound: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
        onDrain: @escaping @Sendable () async -> Void = {}
    ) -> some Service {
        HandlerService { try await run(handler: handler, onBound: onBound, onDrain: onDrain) }
    }

    /// Runs `body` while the server serves; shuts it down gracefully afterwards and returns when it has ended.
    public func withServer<Result>(
        _ handler: some Handler, _ body: (ListenAddress) async throws -> Result
    ) async throws -> Result {
        let (addresses, bound) = AsyncThrowingStream<ListenAddress, any Error>.makeStream()
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: service(handler, onBound: { bound.yield($0) }),
                        successTerminationBehavior: .gracefullyShutdownGroup)
                ], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    try await services.run()
                    bound.finish()
                } catch {
                    bound.finish(throwing: error)
                }
            }
            guard let address = try await addresses.first(where: { _ in true }) else { throw CancellationError() }
            do {
                let result = try await body(address)
                await services.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return result
            } catch {
                await services.triggerGracefulShutdown()
                try await tasks.waitForAll()
                throw error
            }
        }
    }
}

private struct HandlerService: Service {
    let body: @Sendable () async throws -> Void
    func run() async throws { try await body() }
}
