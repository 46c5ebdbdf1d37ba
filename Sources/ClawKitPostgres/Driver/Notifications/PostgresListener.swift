import ClawBase
import CLibpq
import Synchronization

/// What a listener hears.
public enum PostgresListenEvent: Sendable, Hashable {
    /// It listens now: what is sent from now on comes. Where it listened before, something may have been missed since
    /// the connection broke, or because more came than was taken: look at the tables once more.
    case listening(mayHaveMissed: Bool)
    case notification(PostgresNotification)
    /// The server has answered on this connection: everything that was sent until it was asked has come.
    case alive

    public var notification: PostgresNotification? { if case .notification(let one) = self { one } else { nil } }
}

/// LISTEN on a connection of its own, made again whenever it breaks. One iteration; it never ends by itself.
public struct PostgresListener: AsyncSequence, Sendable {
    fileprivate let source: ListenSource

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: ListenSource
        /// - Throws: `CancellationError`; ``PostgresError`` where it cannot connect for the first time, or the server
        ///   refuses to listen. Later it tries for as long as it takes.
        public mutating func next() async throws -> PostgresListenEvent? { try await source.next() }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(source: source) }
}

extension PostgresPool {
    /// Hands what is notified on the channels to `body`; see ``PostgresListenEvent``. The first event is
    /// ``PostgresListenEvent/listening(mayHaveMissed:)`` with false.
    ///
    ///     try await db.listen(to: ["jobs"]) { events in
    ///         for try await event in events { try await lookForJobs() }
    ///     }
    ///
    /// The connection is none of the pool's.
    /// - Parameter heartbeat: how often the server is asked whether it is still there.
    public func listen<Result>(
        to channels: [String], heartbeat: Duration = .seconds(30), _ body: (PostgresListener) async throws -> Result
    ) async throws -> Result {
        try await configuration.connection.listen(to: channels, heartbeat: heartbeat, body)
    }
}

extension PostgresConfiguration {
    /// As ``PostgresPool/listen(to:heartbeat:_:)``, without a pool.
    public func listen<Result>(
        to channels: [String], heartbeat: Duration = .seconds(30), _ body: (PostgresListener) async throws -> Result
    ) async throws -> Result {
        let source = ListenSource(self, channels, heartbeat)
        defer { source.close() }
        return try await body(PostgresListener(source: source))
    }
}

/// Used by one task at a time: the one that iterates.
private final class ListenSource: Sendable {
    private struct State {
        var session: Session?
        var hasListened = false
        var failures = 0
        /// When the server is asked next.
        var nextBeat = MonotonicTime.never
        var hasAnswered = false

        mutating func takeAnswer() -> Bool {
            defer { hasAnswered = false }
            return hasAnswered
        }
    }
    private let configuration: PostgresConfiguration
    private let listen: [SQL]
    private let heartbeat: Duration
    private let state = Mutex(State())

    init(_ configuration: PostgresConfiguration, _ channels: [String], _ heartbeat: Duration) {
        (self.configuration, self.heartbeat) = (configuration, heartbeat)
        listen = channels.map { "listen \(identifier: $0)" }
    }

    func close() {
        let session = state.withLock { state in
            defer { state.session = nil }
            return state.session
        }
        session?.close()
    }

    func next() async throws -> PostgresListenEvent {
        while true {
            guard let session = state.withLock({ $0.session }) else {
                if let event = try await begin() { return event }
                continue
            }
            let nextBeat = state.withLock { $0.nextBeat }
            // Much news is no reason not to ask: it may have been under way for long.
            if nextBeat > MonotonicTime.now {
                if let event = session.takeEvent() { return event }
                // Only once all that had come is taken.
                if state.withLock({ $0.takeAnswer() }) { return .alive }
            }
            if session.closed != nil {
                state.withLock { $0.session = nil }
            } else if await session.waitForNotification(until: nextBeat) {
                try Task.checkCancellation()
            } else {
                // A connection that does not answer is closed by its statement's deadline.
                try Task.checkCancellation()
                guard await isThere(session) else {
                    close()
                    continue
                }
                state.withLock { ($0.nextBeat, $0.hasAnswered) = (.now + heartbeat, true) }
            }
        }
    }

    private func isThere(_ session: Session) async -> Bool {
        do {
            _ = try await session.run(["select 1"], timeout: .seconds(10))
            return true
        } catch {
            return false
        }
    }

    /// - Returns: nil where it must be tried again.
    private func begin() async throws -> PostgresListenEvent? {
        do {
            let session = try await Session.connect(configuration)
            do {
                _ = try await session.run(listen, timeout: .seconds(10))
            } catch {
                session.close()
                throw error
            }
            return state.withLock { state in
                defer { state.hasListened = true }
                (state.session, state.failures) = (session, 0)
                (state.nextBeat, state.hasAnswered) = (.now + heartbeat, false)
                return .listening(mayHaveMissed: state.hasListened)
            }
        } catch let error as PostgresError where !error.isForGood && state.withLock({ $0.hasListened }) {
            let failures = state.withLock { state in
                state.failures += 1
                return state.failures
            }
            try await SystemTime.system.sleep(for: Backoff.listening.delay(afterFailures: failures))
            return nil
        }
    }
}

extension Backoff {
    fileprivate static let listening = Backoff(initial: .milliseconds(50), cap: .seconds(10))
}

extension PostgresError {
    /// Whether trying again cannot help.
    fileprivate var isForGood: Bool { code == .badParameter || code == .server && sqlState?.errorClass != "57" }
}

extension Session {
    func takeEvent() -> PostgresListenEvent? {
        change { state, _ in
            if state.notifications.takeLost() { return .listening(mayHaveMissed: true) }
            return state.notifications.take().map { .notification($0) }
        }
    }

    /// - Returns: false where nothing came until then.
    func waitForNotification(until deadline: MonotonicTime) async -> Bool {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                change { state, completions in
                    guard state.closed == nil, state.notifications.isEmpty, !Task.isCancelled else {
                        return completions.add { continuation.resume() }
                    }
                    state.notifications.wait(continuation, until: deadline)
                    state.arm(deadline, loop)
                }
            }
        } onCancel: {
            change { $0.notifications.wake(&$1) }
        }
        return MonotonicTime.now < deadline
    }
}
