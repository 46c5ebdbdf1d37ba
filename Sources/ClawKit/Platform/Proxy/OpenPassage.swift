import ClawBase
import Synchronization

/// One stream or connection that is open. Whatever carries its bytes holds it; with the last of them it is forgotten.
final class OpenPassage: Sendable {
    private struct State {
        var isEnded = false
        var channel: (any ByteChannel)?
    }

    let request: Request
    let runtime: RuntimeReference
    private let passages: OpenPassages
    private let ending = Signal()
    private let state = Mutex(State())

    init(_ request: Request, _ runtime: RuntimeReference, _ passages: OpenPassages) {
        (self.request, self.runtime, self.passages) = (request, runtime, passages)
    }

    /// Something that a program or a person has said went through.
    func moved() { passages.moved(runtime) }

    deinit { passages.forget(self) }

    func closes(_ channel: any ByteChannel) { state.withLock { $0.channel = channel } }

    func end() {
        let channel = state.withLock { state in
            state.isEnded = true
            return state.channel
        }
        channel?.close()
        ending.raise()
    }

    /// What `read` gives, unless the passage ends first.
    func reading(_ reader: BodyReader) async throws -> [UInt8]? {
        guard !state.withLock({ $0.isEnded }) else { throw Finding.passageEnded }
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await reader.next() }
            group.addTask { [ending] in
                try await ending.wait()
                throw Finding.passageEnded
            }
            return try await group.next() ?? nil
        }
    }
}

/// A body that breaks off when its passage ends: the visitor sees that it is not whole.
struct GuardedBytes: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    private let reader: BodyReader
    private let passage: OpenPassage

    init(_ body: Body, _ passage: OpenPassage) { (reader, self.passage) = (BodyReader(body), passage) }

    struct AsyncIterator: AsyncIteratorProtocol {
        let reader: BodyReader
        let passage: OpenPassage
        mutating func next() async throws -> [UInt8]? {
            let bytes = try await passage.reading(reader)
            if let bytes, EventTraffic.saysSomething(bytes) { passage.moved() }
            return bytes
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader, passage: passage) }
}

/// A connection that keeps its passage.
final class GuardedChannel: ByteChannel {
    private let channel: any ByteChannel
    private let passage: OpenPassage
    private let traffic = Mutex((read: SocketTraffic(), written: SocketTraffic()))

    init(_ channel: any ByteChannel, _ passage: OpenPassage) { (self.channel, self.passage) = (channel, passage) }

    func read() async throws -> [UInt8]? {
        let bytes = try await channel.read()
        if let bytes, traffic.withLock({ $0.read.saysSomething(bytes) }) { passage.moved() }
        return bytes
    }

    func write(_ bytes: [UInt8]) async throws {
        if traffic.withLock({ $0.written.saysSomething(bytes) }) { passage.moved() }
        try await channel.write(bytes)
    }

    func finish() async { await channel.finish() }
    func close() { channel.close() }
}

extension Finding {
    static let passageEnded = Finding(.session, "The session has ended, or may no longer enter; sign in again.")
}
