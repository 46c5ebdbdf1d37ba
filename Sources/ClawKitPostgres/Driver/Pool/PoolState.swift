import ClawBase
import DequeModule

/// Which connections there are and who waits for one; nothing here waits or talks to a server.
///
/// There are never more than `maximum`. Somebody waits only while all are in use: a connection, or the right to make
/// one, that becomes free goes to the one who waits longest.
struct PoolState: Sendable {
    /// What somebody who asks gets.
    enum Grant: Sendable {
        case connection(PooledSession)
        /// The right to make one.
        case opening
    }
    enum Answer { case granted(Grant), mustWait, refused(PostgresError) }

    /// Sendable: what changes does so under the pool's lock.
    final class Waiter: @unchecked Sendable {
        var continuation: UnsafeContinuation<Grant, any Error>?
        var wasCancelled = false
        let deadline: MonotonicTime
        init(_ deadline: MonotonicTime) { self.deadline = deadline }
    }

    let maximum: Int
    let maximumWaiting: Int
    /// The most recently used one is last, and first to be used again: the others may fall idle.
    var idle: [PooledSession] = []
    var open = 0
    var waiters = Deque<Waiter>()
    var isClosed = false
    var whenEmpty: [UnsafeContinuation<Void, Never>] = []

    init(maximum: Int, maximumWaiting: Int) {
        (self.maximum, self.maximumWaiting) = (max(1, maximum), maximumWaiting)
    }

    var status: PostgresPool.Status { .init(open: open, idle: idle.count, waiting: waiters.count) }

    mutating func acquire() -> Answer {
        if isClosed { return .refused(.poolClosed) }
        if let session = idle.popLast() { return .granted(.connection(session)) }
        if open < maximum {
            open += 1
            return .granted(.opening)
        }
        guard waiters.count < maximumWaiting else {
            return .refused(
                PostgresError(.poolFull, "All connections are in use, and too many tasks wait for one.", wasSent: false)
            )
        }
        return .mustWait
    }

    enum Place {
        case idle, broken
        case given(Waiter)
        /// Because the pool is closed.
        case mustClose
    }

    /// A connection somebody has done with.
    mutating func giveBack(_ session: PooledSession) -> Place {
        if session.isBroken { return .broken }
        if let waiter = waiters.popFirst() { return .given(waiter) }
        if isClosed {
            open -= 1
            return .mustClose
        }
        idle.append(session)
        return .idle
    }

    /// A connection broke.
    /// - Returns: whether it was idle, and so nobody else will say that it is lost.
    mutating func breaks(_ session: PooledSession) -> Bool {
        session.isBroken = true
        guard let index = idle.firstIndex(where: { $0 === session }) else { return false }
        idle.remove(at: index)
        return true
    }

    /// A connection is no more, or could not be made.
    /// - Returns: who may make one instead.
    mutating func lose() -> Waiter? {
        if let waiter = waiters.popFirst() { return waiter }
        open -= 1
        return nil
    }

    /// Idle connections that are too old, or idle for too long, and more than the minimum.
    mutating func takeExpired(_ now: Timestamp, minimum: Int, idleTimeout: Duration) -> [PooledSession] {
        var expired: [PooledSession] = []
        var kept = open
        idle.removeAll { session in
            let isIdleTooLong = session.idleSince + idleTimeout <= now && kept > minimum
            guard session.expires <= now || isIdleTooLong else { return false }
            kept -= 1
            expired.append(session)
            return true
        }
        return expired
    }
}

/// A connection of a pool.
///
/// Sendable: `idleSince` is written by the one who has it, before it is given back; `isBroken` under the pool's lock.
final class PooledSession: @unchecked Sendable {
    let session: Session
    let expires: Timestamp
    /// When it was given back, or taken for a single statement.
    var idleSince: Timestamp
    var isBroken = false

    init(_ session: Session, expires: Timestamp, now: Timestamp) {
        (self.session, self.expires, idleSince) = (session, expires, now)
    }
}

extension PostgresError {
    static let poolClosed = PostgresError(.closed, "The pool was closed.", wasSent: false)
}
