import ClawBase
import Synchronization

/// Which channels have sent their first message.
final class Greetings: Sendable {
    private let seen = Mutex<Set<UInt8>>([])
    func isFirst(_ channel: UInt8) -> Bool { seen.withLock { $0.insert(channel).inserted } }
}

/// Tells why a channel's reading failed.
struct WatchedChannel: ByteChannel {
    private let inner: any ByteChannel
    private let onFailure: @Sendable (any Error) -> Void

    init(_ inner: any ByteChannel, _ onFailure: @escaping @Sendable (any Error) -> Void) {
        (self.inner, self.onFailure) = (inner, onFailure)
    }

    func read() async throws -> [UInt8]? {
        do {
            return try await inner.read()
        } catch {
            // What the pod's side has to say; an end that we made ourselves is no failure.
            if let error = error as? TransportError, error.code == .unreachable { onFailure(error) }
            throw error
        }
    }

    func write(_ bytes: [UInt8]) async throws { try await inner.write(bytes) }
    func finish() async { await inner.finish() }
    func close() { inner.close() }
}
