public import ClawBase
import ClawDialects
import Synchronization

/// Lets so many requests be under way at once, and makes the rest wait their turn: of those whose requests wait, the one
/// with the fewest under way is next. So one tenant's thousand requests do not keep another's single one waiting.
///
/// Waiting is bounded, for each tenant and in all; beyond that, and after ``Limits/longestWait``, requests are refused
/// with 503 and a `Retry-After`. Nothing here takes time in how many wait.
public final class FairAdmission: Sendable {
    public struct Limits: Sendable, Hashable {
        /// Requests under way at once, streams until their end. A stream takes some 64 KB: these about a gigabyte.
        public var underWay = 16_384
        /// Requests that wait, of all tenants and of one.
        public var waiting = 4096
        public var waitingEach = 256
        public var longestWait = Duration.seconds(10)

        public init() {}
    }

    private let limits: Limits
    private let time: any TimeSource
    private let state = Mutex(FairTurns())

    public init(_ limits: Limits = Limits(), time: some TimeSource = .system) {
        (self.limits, self.time) = (limits, time)
    }

    /// How many are under way and how many wait.
    public var load: (underWay: Int, waiting: Int) { state.withLock { ($0.underWay, $0.waiting) } }

    /// Waits for a turn.
    /// - Parameter tenant: who is counted together.
    /// - Returns: the turn; whoever drops it gives it back.
    /// - Throws: ``ModelError`` (`overloaded`) where too many wait or it took too long; `CancellationError`.
    func enter(_ tenant: String) async throws -> FairTurn {
        let number: UInt64? = try state.withLock { state in
            if state.underWay < limits.underWay, state.waiting == 0 {
                state.begin(tenant)
                return nil
            }
            guard state.waiting < limits.waiting, state.waiting(of: tenant) < limits.waitingEach else { throw refusal }
            return state.reserve()
        }
        guard let number else { return FairTurn(self, tenant) }
        return try await withThrowingTaskGroup(of: FairTurn?.self) { group in
            group.addTask { try await self.wait(number, tenant) }
            group.addTask { [time, limits] in
                try await time.sleep(for: limits.longestWait)
                return nil
            }
            defer { group.cancelAll() }
            guard let turn = try await group.next() ?? nil else { throw refusal }
            return turn
        }
    }

    private func wait(_ number: UInt64, _ tenant: String) async throws -> FairTurn {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.wait(number, tenant, continuation)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) } else { grant() }
            }
        } onCancel: {
            state.withLock { $0.leaveQueue(number, tenant) }?.resume(throwing: CancellationError())
        }
        return FairTurn(self, tenant)
    }

    fileprivate func leave(_ tenant: String) {
        state.withLock { $0.end(tenant) }
        grant()
    }

    /// Whoever is next may begin.
    private func grant() {
        while let next = state.withLock({ $0.underWay < limits.underWay ? $0.next() : nil }) { next.resume() }
    }

    private var refusal: ModelError {
        var error = ModelError(
            .overloaded, "The gateway is busy with other requests; try again in a moment.", code: "gateway_busy")
        error.retryAfter = .after(.seconds(1))
        return error
    }
}

/// Somebody's turn, until nobody holds it.
final class FairTurn: Sendable {
    private let admission: FairAdmission
    private let tenant: String

    init(_ admission: FairAdmission, _ tenant: String) { (self.admission, self.tenant) = (admission, tenant) }
    deinit { admission.leave(tenant) }
}
