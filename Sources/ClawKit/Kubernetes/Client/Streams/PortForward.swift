public import ClawBase
import HTTPTypes

extension KubernetesAPI {
    /// Opens a connection to one of a pod's ports, and runs `body` with it.
    /// <https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/>
    ///
    /// The protocol (`v4.channel.k8s.io`, one WebSocket for each connection) cannot end one direction alone, so
    /// `finish()` does nothing.
    /// - Throws: ``KubernetesError`` where the server refused, `TransportError` where the pod's port cannot be reached
    ///   (with the first read), and what `body` throws.
    public func connect<Result>(
        toPod pod: String, port: Int, in namespace: String? = nil, time: some TimeSource = .system,
        _ body: (any ByteChannel) async throws -> Result
    ) async throws -> Result {
        let request = try APIRequest.object(
            .get, Pod.type, pod, in: namespace, subresource: "portforward", query: ["ports": String(port)])
        let socket = try await webSocket(for: request, subprotocols: [RemoteCommandProtocol.v4])
        let channel = PortForwardChannel(socket)
        defer { channel.close() }
        return try await withHeartbeat(of: socket, time: time) {
            let result = try await body(channel)
            try? await socket.close()
            return result
        }
    }

    /// Listens on this machine's loopback, and forwards each connection to a pod's port, while `body` runs.
    ///
    ///     try await client.withPortForward(pod: "web", port: 8080, in: "demo") { port in
    ///         try await transport.send(Request(.get, "http://127.0.0.1:\(port)/"))
    ///     }
    /// - Parameters:
    ///   - localPort: 0: the system chooses; `body` gets the choice.
    ///   - onFailure: told why a connection could not be forwarded; it ends, and others go on.
    /// - Throws: ``Finding`` where the local port is taken, and what `body` throws.
    public func withPortForward<Result>(
        pod: String, port: Int, in namespace: String? = nil, localPort: Int = 0, time: some TimeSource = .system,
        onFailure: @escaping @Sendable (any Error) -> Void = { _ in }, _ body: (Int) async throws -> Result
    ) async throws -> Result {
        let listener = try LoopbackListener(port: localPort)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withThrowingDiscardingTaskGroup { connections in
                    while true {
                        let local = try await listener.accept()
                        connections.addTask {
                            do {
                                try await self.connect(toPod: pod, port: port, in: namespace, time: time) { remote in
                                    await join(local, WatchedChannel(remote, onFailure))
                                }
                            } catch {
                                local.close()
                                if !Task.isCancelled { onFailure(error) }
                            }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(listener.port)
        }
    }
}

/// The two channels of a port-forward with one port: 0 for data, 1 for what went wrong.
private final class PortForwardChannel: ByteChannel {
    private let socket: WebSocket
    /// Each channel's first message only repeats the port.
    private let greetings = Greetings()

    init(_ socket: WebSocket) { self.socket = socket }

    func read() async throws -> [UInt8]? {
        while let message = try await socket.receive() {
            guard case .binary(let bytes) = message, let channel = bytes.first, channel < 2 else { continue }
            if greetings.isFirst(channel) { continue }
            let rest = Array(bytes.dropFirst())
            guard !rest.isEmpty else { continue }
            guard channel == 0 else {
                throw TransportError(code: .unreachable, message: String(decoding: rest, as: UTF8.self))
            }
            return rest
        }
        return nil
    }

    func write(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try await socket.send(.binary([0] + rest.prefix(32 << 10)))
            rest = rest.dropFirst(32 << 10)
        }
    }

    func finish() async {}
    func close() { socket.abort() }
}
