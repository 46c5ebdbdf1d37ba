import Synchronization

/// Time that stands still until it is told to advance. Sleepers wake in the order of their deadlines.
public final class VirtualTime: TimeSource {
    private struct Sleeper {
        let id: UInt64
        let wake: Timestamp
        let continuation: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var now: Timestamp
        var nextID: UInt64 = 0
        var sleepers: [Sleeper] = []
        var cancelledEarly: Set<UInt64> = []
    }
    private let state: Mutex<State>

    public init(startingAt start: Timestamp = Timestamp(seconds: 1_767_225_600)) { state = Mutex(State(now: start)) }

    public var now: Timestamp { state.withLock { $0.now } }

    /// The number of tasks waiting, so that a test can wait for them before it advances.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// The earliest deadline anybody waits for.
    public var nextWake: Timestamp? { state.withLock { state in state.sleepers.map(\.wake).min() } }

    /// Moves time forward and wakes whoever waited for a moment up to then.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now + duration
            let now = state.now
            let due = state.sleepers.filter { $0.wake <= now }.sorted { ($0.wake, $0.id) < ($1.wake, $1.id) }
            state.sleepers.removeAll { $0.wake <= now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    public func sleep(until moment: Timestamp) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelledEarly.remove(id) != nil { return .failure(CancellationError()) }
                    if moment <= state.now { return .success(()) }
                    state.sleepers.append(Sleeper(id: id, wake: moment, continuation: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelledEarly.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
        _ = state.withLock { $0.cancelledEarly.remove(id) }
    }
}
