/// Statements that are sent together, up to one synchronisation point: a transaction of their own unless one is open.
///
/// Sendable: what changes is touched by its session only, under the session's lock.
final class Operation: @unchecked Sendable {
    typealias Continuation = UnsafeContinuation<[PostgresRows], any Error>

    enum Ending {
        case cancelled
        case timedOut
        /// By a consumer that wants no more rows.
        case abandoned
    }

    let statements: [SQL]
    /// Whether rows are pulled one by one rather than collected.
    let isStream: Bool
    let limit: Int
    /// When it is cancelled, unless it has ended.
    var deadline: MonotonicTime

    var results: [PostgresRows] = []
    var error: PostgresError?
    /// Resumed once: by whoever sets `isDone`.
    var continuation: Continuation?
    var isSent = false
    var isDone = false
    var ending: Ending?
    /// When the connection is given up because a cancellation was not obeyed.
    var abandonedAt = MonotonicTime.never
    var wasRepeated = false
    /// Bytes read since its results began to come, more or less.
    var received = 0

    init(_ statements: [SQL], isStream: Bool = false, limit: Int, deadline: MonotonicTime) {
        (self.statements, self.isStream, self.limit, self.deadline) = (statements, isStream, limit, deadline)
    }

    var outcome: Result<[PostgresRows], any Error> {
        guard let error else { return .success(results) }
        guard error.sqlState == .queryCanceled || !isSent else { return .failure(error) }
        switch ending {
        case .cancelled: return .failure(CancellationError())
        case .timedOut: return .failure(PostgresError(.timeout, "The statement did not end in time.", wasSent: isSent))
        case .abandoned, nil: return .failure(error)
        }
    }
}

/// What is to be resumed once the session's lock is released: resuming under it could wait for a lock of the task's,
/// whose holder waits for ours in order to cancel.
struct Completions {
    private var first: (Operation.Continuation, Result<[PostgresRows], any Error>)?
    private var more: [@Sendable () -> Void] = []

    mutating func add(_ continuation: Operation.Continuation, _ outcome: Result<[PostgresRows], any Error>) {
        if first == nil { first = (continuation, outcome) } else { more.append { continuation.resume(with: outcome) } }
    }

    mutating func add(_ body: @escaping @Sendable () -> Void) { more.append(body) }

    func run() {
        if let first { first.0.resume(with: first.1) }
        for body in more { body() }
    }
}
