import ClawBase
import DequeModule
import Synchronization

/// What a ``PostgresPool`` is made of. Its connections hold it until they are closed, which the pool's end does.
final class PoolCore: Sendable {
    let configuration: PostgresPool.Configuration
    let metrics: PoolMetrics
    let state: Mutex<PoolState>
    private let alarm: PoolAlarm
    let wantsWrites: Bool

    init(_ configuration: PostgresPool.Configuration) {
        self.configuration = configuration
        metrics = PoolMetrics(configuration.name, configuration.metrics)
        state = Mutex(PoolState(maximum: configuration.maximum, maximumWaiting: configuration.maximumWaiting))
        alarm = PoolAlarm()
        wantsWrites = configuration.connection.connection.wantsWrites
    }

    var status: PostgresPool.Status { state.withLock { $0.status } }

    // MARK: using a connection

    func run(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresRows] {
        for statement in statements.indices { if let problem = statements[statement].problem { throw problem } }
        var isFirst = true
        while true {
            let pooled = try await acquire()
            do {
                let rows = try await pooled.session.run(statements, timeout: timeout)
                // Not held for long, so the time of its taking will do.
                release(pooled, pooled.idleSince)
                return rows
            } catch let error as PostgresError where isFirst && error.code == .disconnected && !error.wasSent {
                // It broke in the moment when it was taken.
                release(pooled, pooled.idleSince)
                isFirst = false
            } catch {
                release(pooled, pooled.idleSince)
                throw error
            }
        }
    }

    func withConnection<Result>(_ body: (PostgresConnection) async throws -> Result) async throws -> Result {
        let pooled = try await acquire()
        defer { release(pooled, configuration.time.now) }
        return try await body(PostgresConnection(pooled.session, isOwner: false))
    }

    private func acquire() async throws -> PooledSession {
        var pooled: PooledSession
        switch try await grant() {
        case .opening: return try await open()
        case .connection(let one): pooled = one
        }
        let now = configuration.time.now
        var isGood = pooled.expires > now && !isUnsuitable(pooled.session)
        if isGood, pooled.idleSince + configuration.checkAfterIdle <= now { isGood = await answers(pooled.session) }
        if isGood {
            pooled.idleSince = now
            return pooled
        }
        // Its place is ours.
        pooled.session.close()
        pooled = try await open()
        return pooled
    }

    private func grant() async throws -> PoolState.Grant {
        let answer = state.withLock { $0.acquire() }
        switch answer {
        case .granted(.opening):
            reportStatus()
            return .opening
        case .granted(let grant):
            reportStatus(atOnce: false)
            return grant
        case .refused(let error):
            metrics.refused()
            throw error
        case .mustWait: break
        }
        let start = MonotonicTime.now
        let waiter = PoolState.Waiter(start + configuration.waitTimeout)
        let grant = try await wait(waiter)
        metrics.waited(.nanoseconds(Int64(clamping: MonotonicTime.now.nanoseconds &- start.nanoseconds)))
        return grant
    }

    private func wait(_ waiter: PoolState.Waiter) async throws -> PoolState.Grant {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let answer: Result<PoolState.Grant, any Error>? = state.withLock { state in
                    if waiter.wasCancelled { return .failure(CancellationError()) }
                    // Something may have become free since the first look.
                    switch state.acquire() {
                    case .granted(let grant): return .success(grant)
                    case .refused(let error): return .failure(error)
                    case .mustWait:
                        waiter.continuation = continuation
                        state.waiters.append(waiter)
                        return nil
                    }
                }
                if let answer { continuation.resume(with: answer) } else { alarm.arm(waiter.deadline, self) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                waiter.wasCancelled = true
                state.waiters.removeAll { $0 === waiter }
                defer { waiter.continuation = nil }
                return waiter.continuation
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    /// Ends the waiting of those whose time is up.
    /// - Returns: when to look again.
    func expireWaiters(_ now: MonotonicTime) -> MonotonicTime? {
        let (expired, next) = state.withLock { state in
            var expired: [UnsafeContinuation<PoolState.Grant, any Error>] = []
            while let first = state.waiters.first, first.deadline <= now {
                state.waiters.removeFirst()
                if let continuation = first.continuation { expired.append(continuation) }
                first.continuation = nil
            }
            return (expired, state.waiters.first?.deadline)
        }
        for continuation in expired {
            metrics.refused()
            continuation.resume(
                throwing: PostgresError(
                    .poolTimeout, "No connection became free within \(configuration.waitTimeout.inSeconds) s.",
                    wasSent: false))
        }
        return next
    }

    func resume(_ waiter: PoolState.Waiter?, _ grant: PoolState.Grant) {
        guard let waiter else { return }
        let continuation = state.withLock { _ in
            defer { waiter.continuation = nil }
            return waiter.continuation
        }
        if let continuation { return continuation.resume(returning: grant) }
        // It was cancelled in this moment: the next one, then.
        switch grant {
        case .connection(let pooled): release(pooled, pooled.idleSince)
        case .opening: lose()
        }
    }

    private func release(_ pooled: PooledSession, _ now: Timestamp) {
        guard pooled.session.isIdle, pooled.expires > now, !isUnsuitable(pooled.session) else { return discard(pooled) }
        pooled.idleSince = now
        giveBack(pooled)
    }

    func giveBack(_ pooled: PooledSession) {
        switch state.withLock({ $0.giveBack(pooled) }) {
        case .idle: reportStatus(atOnce: false)
        case .given(let waiter): resume(waiter, .connection(pooled))
        case .broken: lose()
        case .mustClose:
            pooled.session.close()
            reportStatus()
            tellWhenEmpty()
        }
    }

    /// Closes a connection somebody has.
    func discard(_ pooled: PooledSession) {
        pooled.session.close()
        lose()
    }

    func lose() {
        resume(state.withLock { $0.lose() }, .opening)
        reportStatus()
        tellWhenEmpty()
    }

    /// - Parameter atOnce: where connections or waiters became more or less.
    func reportStatus(atOnce: Bool = true) { metrics.set(status, atOnce: atOnce) }

    private func tellWhenEmpty() {
        let waiting = state.withLock { state in
            guard state.isClosed, state.open == 0 else { return [UnsafeContinuation<Void, Never>]() }
            defer { state.whenEmpty = [] }
            return state.whenEmpty
        }
        for continuation in waiting { continuation.resume() }
    }

    // MARK: the end

    func close() {
        alarm.end()
        let (idle, waiters) = state.withLock { state in
            state.isClosed = true
            defer { (state.idle, state.waiters) = ([], []) }
            state.open -= state.idle.count
            return (
                state.idle,
                state.waiters.compactMap { waiter in
                    defer { waiter.continuation = nil }
                    return waiter.continuation
                }
            )
        }
        for pooled in idle { pooled.session.close() }
        for continuation in waiters { continuation.resume(throwing: PostgresError.poolClosed) }
        tellWhenEmpty()
    }

    func closeAndWait() async {
        close()
        await withUnsafeContinuation { continuation in
            state.withLock { $0.whenEmpty.append(continuation) }
            tellWhenEmpty()
        }
    }
}
