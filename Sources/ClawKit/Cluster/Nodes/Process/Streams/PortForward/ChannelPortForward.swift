import ClawBase
import ClawKubernetes

/// The plain port-forward protocol, `v4.channel.k8s.io`: one connection for each port asked for, as two channels of
/// one WebSocket: `2i` for data, `2i + 1` for what went wrong. Each begins with its port, two bytes, the lower first.
struct ChannelPortForward: Sendable {
    let socket: WebSocket
    let ports: [Int]
    /// Opens a connection to one of the pod's ports.
    let connect: @Sendable (Int) async throws -> any ByteChannel

    /// Returns when all connections have ended or the client has left.
    func run() async throws {
        var connections: [(any ByteChannel)?] = []
        for (index, port) in ports.enumerated() {
            let number = [UInt8(port & 0xFF), UInt8(port >> 8 & 0xFF)]
            try await send(2 * index, number)
            try await send(2 * index + 1, number)
            do {
                connections.append(try await connect(port))
            } catch {
                connections.append(nil)
                let words = (error as? TransportError)?.message ?? (error as? Finding)?.message ?? "\(error)"
                try await send(2 * index + 1, Array(words.utf8))
            }
        }
        let open = connections
        defer { for connection in open { connection?.close() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receive(open) }
            group.addTask {
                try await withThrowingDiscardingTaskGroup { inner in
                    for case (let index, let connection?) in open.enumerated() {
                        inner.addTask {
                            while let bytes = try await connection.read() { try await send(2 * index, bytes) }
                        }
                    }
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Hands on what the client sends; returns when it has left.
    private func receive(_ connections: [(any ByteChannel)?]) async throws {
        while let message = try await socket.receive() {
            guard case .binary(let bytes) = message, let channel = bytes.first, channel % 2 == 0,
                connections.indices.contains(Int(channel / 2))
            else { continue }
            // A connection that is over takes nothing any more.
            try? await connections[Int(channel / 2)]?.write(Array(bytes.dropFirst()))
        }
    }

    private func send(_ channel: Int, _ bytes: [UInt8]) async throws {
        try await socket.send(.binary([UInt8(channel)] + bytes))
    }
}
