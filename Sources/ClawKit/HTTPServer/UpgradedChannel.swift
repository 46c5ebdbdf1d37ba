import ClawBase
import HTTPTypes
import NIOCore
import Synchronization

/// A server's connection after a 101, with back-pressure both ways.
final class UpgradedChannel: ByteChannel {
    /// What has come and was not read yet. Filled on the event loop, emptied by one task.
    final class Inbound: Sendable {
        private struct State {
            var chunks = CircularBuffer<[UInt8]>()
            var buffered = 0
            var end: Result<Void, TransportError>?
            var reader: CheckedContinuation<[UInt8]?, any Error>?
        }
        private let state = Mutex(State())
        private static let limit = 128 << 10

        var wantsMore: Bool { state.withLock { $0.buffered < Self.limit && $0.end == nil } }

        func add(_ bytes: [UInt8]) {
            guard !bytes.isEmpty else { return }
            let reader = state.withLock { state in
                defer { state.reader = nil }
                if state.reader == nil, state.end == nil {
                    state.chunks.append(bytes)
                    state.buffered += bytes.count
                }
                return state.reader
            }
            reader?.resume(returning: bytes)
        }

        func end(_ error: TransportError?) {
            let reader = state.withLock { state in
                if state.end == nil { state.end = error.map { .failure($0) } ?? .success(()) }
                defer { state.reader = nil }
                return state.reader
            }
            if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
        }

        /// - Parameter askForMore: called where nothing is at hand.
        func next(_ askForMore: () -> Void) async throws -> [UInt8]? {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let answer: Result<[UInt8]?, any Error>? = state.withLock { state in
                        if Task.isCancelled { return .failure(CancellationError()) }
                        if let chunk = state.chunks.popFirst() {
                            state.buffered -= chunk.count
                            return .success(chunk)
                        }
                        if let end = state.end { return end.map { nil }.mapError { $0 } }
                        state.reader = continuation
                        return nil
                    }
                    if let answer { continuation.resume(with: answer) } else { askForMore() }
                }
            } onCancel: {
                let reader = state.withLock { state in
                    defer { state.reader = nil }
                    return state.reader
                }
                reader?.resume(throwing: CancellationError())
            }
        }
    }

    private let channel: any Channel
    private let handler: NIOLoopBound<TakeoverHandler>
    private let inbound = Inbound()

    private init(_ channel: any Channel, _ handler: NIOLoopBound<TakeoverHandler>) {
        (self.channel, self.handler) = (channel, handler)
    }

    /// Takes the connection over and sends the head of the 101, in this order: the peer's first bytes may come at once.
    static func takeOver(
        _ channel: any Channel, _ handler: NIOLoopBound<TakeoverHandler>, head: HTTPResponse,
        whenPeerLeaves: @escaping @Sendable () -> Void
    ) async throws -> UpgradedChannel {
        let upgraded = UpgradedChannel(channel, handler)
        var lines = "HTTP/1.1 101 Switching Protocols\r\n"
        for field in head.headerFields { lines += "\(field.name.rawName): \(field.value)\r\n" }
        let text = lines + "\r\n"
        try await channel.eventLoop.flatSubmit { [inbound = upgraded.inbound] in
            let sent = channel.eventLoop.makePromise(of: Void.self)
            handler.value.takeOver(inbound, whenPeerLeaves: whenPeerLeaves)
            handler.value.write(ByteBuffer(string: text), sent)
            return sent.futureResult
        }.get()
        return upgraded
    }

    func read() async throws -> [UInt8]? {
        try await inbound.next {
            channel.eventLoop.execute { [handler] in handler.value.read() }
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        guard !bytes.isEmpty else { return }
        let sent = channel.eventLoop.makePromise(of: Void.self)
        channel.eventLoop.execute { [handler] in handler.value.write(ByteBuffer(bytes: bytes), sent) }
        do {
            try await withTaskCancellationHandler {
                try await sent.futureResult.get()
            } onCancel: {
                // The peer may have stopped reading: only the connection's end ends the write.
                channel.close(promise: nil)
            }
        } catch {
            try Task.checkCancellation()
            throw TransportError(code: .disconnected, message: "The peer has left.")
        }
    }

    func finish() async {
        channel.eventLoop.execute { [handler] in handler.value.finish() }
    }

    func close() {
        inbound.end(.channelClosed)
        channel.close(promise: nil)
    }
}
