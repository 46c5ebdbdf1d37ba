import Synchronization

/// What an election has come to, as one of its candidates sees it.
public struct LeadershipStatus: Sendable, Hashable {
    /// Whether this candidate leads.
    public var isLeader = false
    /// The identity of who leads, as far as is known.
    public var leader: String?
}

/// The present status, and those who follow it.
final class StatusBoard: Sendable {
    private struct State {
        var status = LeadershipStatus()
        var followers: [UInt64: AsyncStream<LeadershipStatus>.Continuation] = [:]
        var next: UInt64 = 0
    }
    private let state = Mutex(State())
    /// Keeps the tellings in order. A follower that is being cancelled waits for `state`, and telling it waits for it: so
    /// nobody is told under `state`.
    private let telling = Mutex(())

    var status: LeadershipStatus { state.withLock { $0.status } }

    /// - Returns: whether anything changed.
    @discardableResult
    func set(isLeader: Bool, leader: String?) -> Bool {
        telling.withLock { _ in
            let status = LeadershipStatus(isLeader: isLeader, leader: leader)
            let followers = state.withLock { state -> [AsyncStream<LeadershipStatus>.Continuation]? in
                guard status != state.status else { return nil }
                state.status = status
                return Array(state.followers.values)
            }
            for follower in followers ?? [] { follower.yield(status) }
            return followers != nil
        }
    }

    /// The present status, then each change; of several unread ones the newest.
    func follow() -> AsyncStream<LeadershipStatus> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: LeadershipStatus.self, bufferingPolicy: .bufferingNewest(1))
        let id = telling.withLock { _ in
            let (id, status) = state.withLock { state in
                state.next += 1
                state.followers[state.next] = continuation
                return (state.next, state.status)
            }
            continuation.yield(status)
            return id
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.followers.removeValue(forKey: id) }
        }
        return stream
    }
}
