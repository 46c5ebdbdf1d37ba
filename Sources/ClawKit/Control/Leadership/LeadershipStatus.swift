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

    var status: LeadershipStatus { state.withLock { $0.status } }

    /// - Returns: whether anything changed.
    @discardableResult
    func set(isLeader: Bool, leader: String?) -> Bool {
        state.withLock { state in
            let status = LeadershipStatus(isLeader: isLeader, leader: leader)
            guard status != state.status else { return false }
            state.status = status
            for follower in state.followers.values { follower.yield(status) }
            return true
        }
    }

    /// The present status, then each change; of several unread ones the newest.
    func follow() -> AsyncStream<LeadershipStatus> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: LeadershipStatus.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.next += 1
            state.followers[state.next] = continuation
            continuation.yield(state.status)
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.followers.removeValue(forKey: id) }
        }
        return stream
    }
}
