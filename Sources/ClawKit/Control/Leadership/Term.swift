import ClawBase
import Synchronization

/// How long somebody is certainly the leader.
final class Term: Sendable {
    let token: Int
    private let lease: String
    private let time: any TimeSource
    private let certainUntil: Mutex<Timestamp>

    init(token: Int, lease: String, certainUntil: Timestamp, time: any TimeSource) {
        (self.token, self.lease, self.time) = (token, lease, time)
        self.certainUntil = Mutex(certainUntil)
    }

    var end: Timestamp { certainUntil.withLock { $0 } }
    var isCertain: Bool { time.now < end }

    func extend(to moment: Timestamp) { certainUntil.withLock { $0 = max($0, moment) } }

    /// Nothing is certain from now on.
    func finish() { certainUntil.withLock { $0 = Timestamp(nanoseconds: .min) } }

    /// - Throws: ``Finding`` with ``FindingCode/notLeader``.
    func check() throws(Finding) { if !isCertain { throw refusal } }

    var refusal: Finding { Self.refusal(lease) }

    static func refusal(_ lease: String) -> Finding {
        Finding(
            .notLeader,
            "This process is not, or no longer, certainly the leader, so it must not write; end the work of this term, "
                + "and let LeaderElection.run begin the next one.", field: "lease \(lease)")
    }

    /// Does something as long as leadership is certain, and gives it up then.
    /// - Throws: ``Finding`` with ``FindingCode/notLeader``; what `body` throws.
    func whileCertain<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        try check()
        return try await withThrowingTaskGroup(of: T.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await self.untilUncertain()
                throw self.refusal
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    /// Returns when leadership is no longer certain.
    /// - Throws: `CancellationError`.
    func untilUncertain() async throws {
        while isCertain { try await time.sleep(until: end) }
    }
}
