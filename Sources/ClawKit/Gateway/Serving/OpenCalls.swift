import ClawBase
import ClawControl
import DequeModule
import Synchronization

/// The streams that are open, by their grants: so that they end when their key does.
final class OpenCalls: Sendable {
    private struct State {
        var calls: [String: [ObjectIdentifier: WeakCall]] = [:]
        /// Grants to look at again; nil: all.
        var pending: Set<String?> = []
        /// When the first of the keys expires, or one that is not here any more.
        var nextEnd: Timestamp?
    }
    private struct WeakCall: Sendable { weak let call: OpenCall? }

    private let state = Mutex(State())
    private let news = Signal()

    func open(_ grant: ModelGrant) -> OpenCall {
        let call = OpenCall(grant, self)
        let endsFirst = state.withLock { state in
            state.calls[grant.id, default: [:]][ObjectIdentifier(call)] = WeakCall(call: call)
            guard let end = grant.expiresAt, state.nextEnd.map({ end < $0 }) ?? true else { return false }
            state.nextEnd = end
            return true
        }
        if endsFirst { news.raise() }
        return call
    }

    fileprivate func close(_ call: OpenCall) {
        state.withLock { state in
            state.calls[call.grant.id]?[ObjectIdentifier(call)] = nil
            if state.calls[call.grant.id]?.isEmpty == true { state.calls[call.grant.id] = nil }
        }
    }

    /// A grant may have changed, or any.
    func lookAgain(_ grant: String?) {
        let isNews = state.withLock { state in
            if let grant, state.calls[grant] == nil { return false }
            state.pending.insert(grant)
            return true
        }
        if isNews { news.raise() }
    }

    /// Ends the calls of grants that hold no more, until cancelled.
    func run(_ grants: any GrantDirectory, time: any TimeSource) async throws {
        while true {
            if let end = state.withLock({ $0.nextEnd }) { try await news.wait(until: end, time) } else { try await news.wait() }
            for (hash, calls) in Dictionary(grouping: due(now: time.now), by: \.grant.keyHash) {
                let grant = await grants.grant(forKeyHash: hash)
                for call in calls where grant?.id != call.grant.id || grant?.expiresAt.map({ $0 <= time.now }) ?? false {
                    call.end()
                }
            }
        }
    }

    /// The calls whose grants are to be looked at again.
    private func due(now: Timestamp) -> [OpenCall] {
        state.withLock { state in
            defer { state.pending = [] }
            var due = state.pending.contains(nil) ? Array(state.calls.keys) : state.pending.compactMap(\.self)
            if let end = state.nextEnd, end <= now {
                let ends = state.calls.values.flatMap { $0.values.compactMap { $0.call?.grant } }
                    .compactMap { grant in grant.expiresAt.map { (id: grant.id, end: $0) } }
                due += ends.filter { $0.end <= now }.map(\.id)
                state.nextEnd = ends.map(\.end).filter { $0 > now }.min()
            }
            return Set(due).flatMap { state.calls[$0].map { $0.values.compactMap(\.call) } ?? [] }
        }
    }
}

/// One open stream, as far as its key's end concerns it.
final class OpenCall: Sendable {
    private struct State {
        var hasEnded = false
        /// What waits for the upstream now.
        var waiting: Waiting?
    }

    /// Only ever cancelled, which any thread may do; and only under the lock, under which the task takes itself out before
    /// it ends.
    private struct Waiting: @unchecked Sendable { let task: UnsafeCurrentTask }

    let grant: ModelGrant
    private let all: OpenCalls
    private let state = Mutex(State())

    init(_ grant: ModelGrant, _ all: OpenCalls) { (self.grant, self.all) = (grant, all) }

    deinit { all.close(self) }

    /// Whether its key is void.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    func end() {
        state.withLock { state in
            state.hasEnded = true
            state.waiting?.task.cancel()
        }
    }

    /// Runs what ``end()`` shall break off, by cancelling the task it runs in.
    /// - Throws: what `body` throws; `CancellationError` where the call was ended.
    func breakable<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        let waiting = withUnsafeCurrentTask { task in task.map { Waiting(task: $0) } }
        let hasEnded = state.withLock { state in
            state.waiting = waiting
            return state.hasEnded
        }
        defer { state.withLock { $0.waiting = nil } }
        if hasEnded { throw CancellationError() }
        return try await body()
    }

    /// Likewise, in a task of its own: the one that calls goes on undisturbed.
    func breakableApart<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: R.self) { group in
            group.addTask { try await self.breakable(body) }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
