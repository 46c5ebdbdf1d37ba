import Synchronization

/// Has the loop say when the first of those who wait has waited too long. The loop holds it, and it the pool, until the
/// pool is closed.
final class PoolAlarm: EventHandler {
    private struct State {
        var pool: PoolCore?
        var token: UInt64?
        var moment = MonotonicTime.never
        var isOver = false
    }
    private let state = Mutex(State())

    func arm(_ moment: MonotonicTime, _ pool: PoolCore) {
        state.withLock { state in
            guard moment < state.moment, !state.isOver else { return }
            let token = state.token ?? EventLoop.shared.add(self)
            (state.token, state.moment, state.pool) = (token, moment, pool)
            EventLoop.shared.arm(token, at: moment)
        }
    }

    func end() {
        let (token, pool) = state.withLock { state in
            defer { (state.token, state.pool, state.isOver) = (nil, nil, true) }
            return (state.token, state.pool)
        }
        if let token { EventLoop.shared.remove(nil, token) }
        withExtendedLifetime(pool) {}
    }

    func isReady(_ readiness: EventReadiness) {}

    func momentPassed(_ now: MonotonicTime) {
        let pool = state.withLock { state in
            state.moment = .never
            return state.pool
        }
        if let pool, let next = pool.expireWaiters(now) { arm(next, pool) }
    }
}
