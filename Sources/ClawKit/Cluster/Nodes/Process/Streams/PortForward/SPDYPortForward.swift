import ClawBase
import Synchronization

/// kubectl's port-forward: SPDY/3.1 in the binary messages of a WebSocket
/// (<https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets>).
///
/// For each connection the client opens an error stream and a data stream with the same `requestid`. There is no flow
/// control, as in the implementation that every client has: a connection that does not take its bytes holds up the
/// others.
final class SPDYPortForward: Sendable {
    static let subprotocol = "SPDY/3.1+portforward.k8s.io"

    /// One of the client's streams.
    private struct Stream {
        var request: String
        var port: Int
        var isError: Bool
        /// What the client sends on it.
        var inbound: BytePipe
    }
    private struct State {
        var streams: [UInt32: Stream] = [:]
        var hasReplied = false
    }

    private static let streamLimit = 2000
    private let socket: WebSocket
    private let connect: @Sendable (Int) async throws -> any ByteChannel
    private let state = Mutex(State())

    /// - Parameter connect: opens a connection to one of the pod's ports.
    init(_ socket: WebSocket, connect: @escaping @Sendable (Int) async throws -> any ByteChannel) {
        (self.socket, self.connect) = (socket, connect)
    }

    /// Returns when the client has left.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            defer {
                for stream in state.withLock({ Array($0.streams.values) }) { stream.inbound.finish() }
                group.cancelAll()
            }
            var decoder = SPDYFrameDecoder()
            while let message = try await socket.receive() {
                guard case .binary(let bytes) = message else { continue }
                decoder.append(bytes)
                while let frame = try decoder.next() {
                    if case .goAway = frame { return }
                    try await take(frame, &group)
                }
            }
        }
    }

    private func take(_ frame: SPDYFrame, _ group: inout ThrowingDiscardingTaskGroup<any Error>) async throws {
        switch frame {
        case .open(let id, let headers, let isLast):
            guard let request = headers["requestid"], let port = headers["port"].flatMap({ Int($0) }),
                state.withLock({ $0.streams.count < Self.streamLimit })
            else { return try await send(.reset(stream: id)) }
            let stream = Stream(
                request: request, port: port, isError: headers["streamtype"] == "error",
                inbound: BytePipe(limit: 256 << 10))
            if isLast { stream.inbound.finish() }
            let (partner, isFirst) = state.withLock { state in
                let partner = state.streams.first { $0.value.request == request && $0.value.isError != stream.isError }
                state.streams[id] = stream
                defer { state.hasReplied = true }
                return (partner, !state.hasReplied)
            }
            try await socket.send(.binary(SPDYFrame.reply(to: id, isFirst: isFirst)))
            guard let partner else { return }
            let (data, error) = stream.isError ? (partner.key, id) : (id, partner.key)
            let inbound = stream.isError ? partner.value.inbound : stream.inbound
            group.addTask { await self.forward(port, inbound, data: data, error: error) }
        case .data(let id, let bytes, let isLast):
            guard let stream = state.withLock({ $0.streams[id] }) else { return }
            // A connection that is over takes nothing any more.
            try? await stream.inbound.write(bytes)
            if isLast { stream.inbound.finish() }
        case .reset(let id):
            state.withLock { $0.streams.removeValue(forKey: id) }?.inbound.finish(throwing: TransportError.channelClosed)
        case .ping(let id):
            // Clients' pings have odd numbers; an even one would be the answer to one of ours.
            if id % 2 == 1 { try await send(.ping(id: id)) }
        case .goAway: break
        }
    }

    /// One connection, from its two streams to their end.
    private func forward(_ port: Int, _ inbound: BytePipe, data: UInt32, error errors: UInt32) async {
        defer {
            state.withLock { state in
                state.streams[data] = nil
                state.streams[errors] = nil
            }
        }
        do {
            let connection = try await connect(port)
            await join(connection, StreamChannel(inbound: inbound, stream: data, tunnel: self))
        } catch {
            inbound.abandon()
            let words = (error as? TransportError)?.message ?? (error as? Finding)?.message ?? "\(error)"
            try? await send(.data(stream: data, [], isLast: true))
            try? await send(.data(stream: errors, Array(words.utf8), isLast: false))
        }
        try? await send(.data(stream: errors, [], isLast: true))
    }

    private func send(_ frame: SPDYFrame) async throws { try await socket.send(.binary(frame.encoded)) }

    /// A data stream as a channel.
    private struct StreamChannel: ByteChannel {
        let inbound: BytePipe
        let stream: UInt32
        let tunnel: SPDYPortForward

        func read() async throws -> [UInt8]? { try await inbound.read() }
        func write(_ bytes: [UInt8]) async throws { try await tunnel.send(.data(stream: stream, bytes, isLast: false)) }
        func finish() async { try? await tunnel.send(.data(stream: stream, [], isLast: true)) }
        func close() { inbound.abandon() }
    }
}
