import ClawBase
import ClawControl
import ClawResources
import HTTPTypes
import Logging
import Synchronization

/// What is open between visitors and runtimes: streams and WebSockets that were let in once, and must end when their
/// visitor may no longer enter.
///
/// Asks the gate again, as it was asked when they began, whenever users, sessions, memberships, routes or runtimes have
/// changed. It is the gate that decides; here is only when it is asked, and how what is open ends.
final class OpenPassages: Sendable {
    /// So that a storm of changes asks a few times, not each time; a revocation holds well within a second.
    private static let pause = Duration.milliseconds(200)
    /// Sessions and tokens also end by themselves, which nobody tells.
    private static let interval = Duration.seconds(5)

    fileprivate struct Weak: Sendable { weak let passage: OpenPassage? }

    private let check: AccessCheck
    private let services: PlatformServices
    private let open = Mutex<[ObjectIdentifier: Weak]>([:])
    private let news = Signal()

    init(_ services: PlatformServices, _ check: AccessCheck) { (self.services, self.check) = (services, check) }

    /// For tests and metrics.
    var count: Int { open.withLock { $0.count } }

    /// The response, whose stream or connection ends when the request would no longer be let in.
    func guarding(_ response: Response, to request: Request) -> Response {
        let isChannel = if case .channel? = response.upgrade { true } else { false }
        guard isChannel || response.body.immediateBytes == nil else { return response }
        // The question again needs no body, and must not hold it.
        let passage = OpenPassage(Request(head: request.head, peer: request.peer), self)
        open.withLock { $0[ObjectIdentifier(passage)] = Weak(passage: passage) }
        var response = response
        if case .channel(let channel)? = response.upgrade {
            passage.closes(channel)
            response.upgrade = .channel(GuardedChannel(channel, passage))
        } else {
            response.body = .stream(GuardedBytes(response.body, passage), length: response.body.length)
        }
        return response
    }

    fileprivate func forget(_ passage: OpenPassage) { open.withLock { $0[ObjectIdentifier(passage)] = nil } }

    // MARK: asking again

    /// Until cancelled.
    func run() async throws {
        let (users, sessions) = (
            services.store.changes(of: User.kind), services.store.changes(of: SessionRecord.kind)
        )
        services.caches.cache(Project.self).onChange { [news] _ in news.raise() }
        services.caches.cache(Route.self).onChange { [news] _ in news.raise() }
        services.caches.cache(Runtime.self).onChange { [news] _ in news.raise() }
        try await withThrowingDiscardingTaskGroup { group in
            for changes in [users, sessions] {
                group.addTask { [news] in
                    var changes = changes.makeAsyncIterator()
                    while try await changes.next() != nil { news.raise() }
                }
            }
            group.addTask { [self] in
                while true {
                    try await services.time.sleep(for: Self.interval)
                    news.raise()
                }
            }
            group.addTask { [self] in
                while true {
                    try await news.wait()
                    try await askAgain()
                    try await services.time.sleep(for: Self.pause)
                }
            }
        }
    }

    private func askAgain() async throws {
        for passage in open.withLock({ $0.values.compactMap(\.passage) }) {
            try Task.checkCancellation()
            // Nobody new is let in while the gate cannot decide; what is open stays until it can.
            guard let outcome = try? await check.judge(passage.request) else { continue }
            switch outcome.decision.verdict {
            // A runtime that rests ends what is open to it by itself.
            case .allow, .wake, .unavailable: continue
            case .signIn, .deny, .notFound:
                passage.end()
                services.metrics.proxied.add(1, "ended")
                services.log.info(
                    "an open stream was ended",
                    metadata: ["runtime": "\(outcome.runtime?.description ?? "")", "why": "\(outcome.decision.explanation)"])
            }
        }
    }
}

/// One stream or connection that is open. Whatever carries its bytes holds it; with the last of them it is forgotten.
final class OpenPassage: Sendable {
    private struct State {
        var isEnded = false
        var channel: (any ByteChannel)?
    }

    let request: Request
    private let passages: OpenPassages
    private let ending = Signal()
    private let state = Mutex(State())

    fileprivate init(_ request: Request, _ passages: OpenPassages) { (self.request, self.passages) = (request, passages) }

    deinit { passages.forget(self) }

    fileprivate func closes(_ channel: any ByteChannel) { state.withLock { $0.channel = channel } }

    fileprivate func end() {
        let channel = state.withLock { state in
            state.isEnded = true
            return state.channel
        }
        channel?.close()
        ending.raise()
    }

    /// What `read` gives, unless the passage ends first.
    fileprivate func reading(_ reader: BodyReader) async throws -> [UInt8]? {
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
private struct GuardedBytes: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    private let reader: BodyReader
    private let passage: OpenPassage

    init(_ body: Body, _ passage: OpenPassage) { (reader, self.passage) = (BodyReader(body), passage) }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let reader: BodyReader
        fileprivate let passage: OpenPassage
        mutating func next() async throws -> [UInt8]? { try await passage.reading(reader) }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader, passage: passage) }
}

/// A connection that keeps its passage.
private final class GuardedChannel: ByteChannel {
    private let channel: any ByteChannel
    private let passage: OpenPassage

    init(_ channel: any ByteChannel, _ passage: OpenPassage) { (self.channel, self.passage) = (channel, passage) }

    func read() async throws -> [UInt8]? { try await channel.read() }
    func write(_ bytes: [UInt8]) async throws { try await channel.write(bytes) }
    func finish() async { await channel.finish() }
    func close() { channel.close() }
}

extension Finding {
    fileprivate static let passageEnded = Finding(.session, "The session has ended, or may no longer enter; sign in again.")
}
