public import ClawBase
import NIOCore
import NIOPosix

/// The network by SwiftNIO: HTTP/1.1, quicker than libcurl where much is passed on.
///
/// A request made on a thread of SwiftNIO's goes out and comes back on the same thread, by a connection of that thread:
/// a handler that `HTTPServer` answers with `execution: .connection` waits for no other thread. From elsewhere it works
/// as well, with one hop each way.
///
/// It speaks neither HTTP/2 nor WebSocket, and uses no proxies: ``CurlTransport`` does. A request's body that is a stream
/// is gathered before it is sent.
public final class NIOTransport: Transport {
    public struct Configuration: Sendable {
        /// How long name resolution and TCP together may take; the TLS handshake counts towards the response's head.
        public var connectTimeout = Duration.seconds(10)
        /// How long a connection without a request is kept.
        public var idleTimeout = Duration.seconds(60)
        /// Connections at a time, for each thread; beyond them requests fail.
        public var connections = 16_384
        /// How many unread bytes of one response are kept before its connection is paused.
        public var bufferLimit = 256 * 1024
        /// The longest body that is gathered from a stream, in bytes.
        public var bodyLimit = 64 << 20
        /// The certificates to trust, as PEM text; nil: the system's.
        public var certificateAuthorities: String?

        public init() {}
    }

    public let configuration: Configuration
    private let pools: [ObjectIdentifier: ConnectionPool]

    /// - Throws: ``TransportError`` (`tls`) where the authorities cannot be read.
    public init(_ configuration: Configuration = Configuration()) throws {
        self.configuration = configuration
        let security = try TLSContext(configuration)
        let loops = MultiThreadedEventLoopGroup.singleton.makeIterator()
        pools = Dictionary(
            uniqueKeysWithValues: loops.map { (ObjectIdentifier($0), ConnectionPool($0, configuration, security)) })
    }

    deinit { for pool in pools.values { pool.end() } }

    /// Ends every exchange (they throw ``TransportError`` with code `closed`) and closes all connections. Later requests
    /// are refused.
    public func shutdown() async {
        for pool in pools.values { await pool.endAndWait() }
    }

    public func send(_ request: Request) async throws -> Response {
        try Task.checkCancellation()
        let call = try await OutgoingCall(request, configuration)
        // The thread we are on, where it is one of SwiftNIO's.
        guard let pool = pools[ObjectIdentifier(MultiThreadedEventLoopGroup.singleton.any())] else {
            throw TransportError(code: .closed, message: "SwiftNIO's threads have changed.")
        }
        return try await Exchange(call, pool, configuration.bufferLimit).response()
    }
}
