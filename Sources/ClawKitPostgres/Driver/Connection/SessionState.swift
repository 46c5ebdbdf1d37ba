import CLibpq
import DequeModule

/// What a session keeps under its lock.
///
/// The connection is in pipeline mode, except while COPY or a script has it. Each command of an operation, and the
/// synchronisation point after them, has an entry in `expected` until libpq has delivered its result.
///
/// Not copyable, because a closure that uses one of its properties would copy all of them, for each statement.
struct SessionState: ~Copyable, Sendable {
    enum Expected: Sendable {
        /// Sendable: like everything here, used under the session's lock only.
        case prepare(SharedPrepared, Operation)
        case execute(Operation, SharedPrepared?)
        /// BEGIN before an operation, or DEALLOCATE: no result for anybody.
        case control(Operation)
        case synchronisation(Operation)
    }

    struct SharedPrepared: @unchecked Sendable { let value: StatementCache.Prepared }

    /// Who has the connection for itself.
    enum Holder: Equatable {
        case nobody
        /// Commands are sent as usual, but the results are pulled by a stream.
        case stream
        /// libpq is out of pipeline mode: COPY, scripts.
        case exclusive
    }

    let handle: ConnectionHandle
    let descriptor: Int32
    var token: UInt64 = 0
    /// Why the connection is no more.
    var closed: PostgresError?
    var expected = Deque<Expected>()
    /// Not sent yet, in order.
    var waiting = Deque<Waiting>()
    var holder = Holder.nobody
    /// libpq holds bytes the socket does not take.
    var isWriteBlocked = false
    /// A cancel request is on its way: what was sent now might be its victim.
    var isCancelling = false
    /// BEGIN, which goes with the first statement of the transaction.
    var begin: SQL?
    var cache: StatementCacheBox
    /// Between BEGIN and its end, as far as this driver's own transactions go.
    var isInTransaction = false
    /// A cancel request came too late for the one it was for, and may hit the next one.
    var mayHitNext = false
    /// When a cancel request is sent once more, because the last one came before the server had begun.
    var cancelsAgainAt = MonotonicTime.never
    /// When the loop is going to say that time has passed.
    var alarm = MonotonicTime.never
    /// A task that waits for the socket, while it holds the connection.
    var waiter: Waiter?
    var notifications = NotificationBuffer()
    /// Called when a cancel request has reached the server, or could not.
    var whenCancelled: (@Sendable () -> Void)?
    /// Called when the connection is no more.
    var whenClosed: (@Sendable () -> Void)?

    struct Waiter {
        var continuation: UnsafeContinuation<Void, any Error>
        var deadline: MonotonicTime
    }

    enum Waiting: Sendable {
        case operation(Operation)
        /// Somebody waits for the connection to be idle, so that it can have it for itself.
        case turn(Turn)
    }

    /// Sendable: what changes does so under the session's lock.
    final class Turn: @unchecked Sendable {
        let holder: Holder
        let deadline: MonotonicTime
        var continuation: UnsafeContinuation<Void, any Error>?
        var wasCancelled = false
        init(_ holder: Holder, _ deadline: MonotonicTime) { (self.holder, self.deadline) = (holder, deadline) }
    }

    struct StatementCacheBox: @unchecked Sendable { var value: StatementCache }

    let notices: NoticeLogger

    init(_ handle: ConnectionHandle, preparedStatements: Int, notices: NoticeLogger) {
        (self.handle, self.notices) = (handle, notices)
        descriptor = PQsocket(handle.raw)
        cache = StatementCacheBox(value: StatementCache(limit: preparedStatements))
    }

    var raw: OpaquePointer { handle.raw }

    /// Nothing was asked that is not answered.
    var isQuiet: Bool { expected.isEmpty && waiting.isEmpty && holder == .nobody && !isCancelling }

    /// The operation whose results come next.
    var head: Operation? {
        switch expected.first {
        case .prepare(_, let operation), .execute(let operation, _), .control(let operation),
            .synchronisation(let operation):
            operation
        case nil: nil
        }
    }
}
