/// One end of a two-way pipe within this process.
public final class PipeChannel: ByteChannel {
    private let inbound: BytePipe
    private let outbound: BytePipe

    private init(inbound: BytePipe, outbound: BytePipe) { (self.inbound, self.outbound) = (inbound, outbound) }

    deinit { close() }

    /// The two ends of a new pipe.
    /// - Parameter limit: how many unread bytes each direction holds before a writer waits.
    public static func pair(limit: Int = 256 << 10) -> (PipeChannel, PipeChannel) {
        let (there, back) = (BytePipe(limit: limit), BytePipe(limit: limit))
        return (PipeChannel(inbound: back, outbound: there), PipeChannel(inbound: there, outbound: back))
    }

    public func read() async throws -> [UInt8]? { try await inbound.read() }
    public func write(_ bytes: [UInt8]) async throws { try await outbound.write(bytes) }
    public func finish() async { outbound.finish() }

    public func close() {
        outbound.finish()
        inbound.abandon()
    }
}

/// The client's end of an upgrade answered in this process, and the task that serves the other end.
///
/// The one place where such a task can live: over a socket it would be the server's own connection task. It is
/// cancelled when this end closes or is released, as a server cancels it when its client leaves.
final class ServedChannel: ByteChannel {
    private let pipe: PipeChannel
    private let task: Task<Void, Never>

    init(_ serve: @escaping @Sendable (any ByteChannel) async throws -> Void) {
        let (client, server) = PipeChannel.pair()
        pipe = client
        task = Task {
            try? await serve(server)
            server.close()
        }
    }

    deinit { close() }

    func read() async throws -> [UInt8]? { try await pipe.read() }
    func write(_ bytes: [UInt8]) async throws { try await pipe.write(bytes) }
    func finish() async { await pipe.finish() }

    func close() {
        pipe.close()
        task.cancel()
    }
}
