/// One connection to a server.
///
/// Several tasks may use it at once: their statements go out without waiting for each other's answers, and the server
/// runs them one after the other. Most programs want a ``PostgresPool`` instead.
public final class PostgresConnection: PostgresClient {
    let session: Session
    /// The pool's are closed by the pool.
    private let isOwner: Bool

    init(_ session: Session, isOwner: Bool) { (self.session, self.isOwner) = (session, isOwner) }

    deinit { if isOwner { session.close() } }

    /// Connects as libpq does: to the first host that answers and has the session attributes that were asked for.
    /// - Throws: ``PostgresError/Code/unreachable``.
    public static func connect(_ configuration: PostgresConfiguration) async throws -> PostgresConnection {
        PostgresConnection(try await Session.connect(configuration), isOwner: true)
    }

    /// What is under way fails with ``PostgresError/Code/closed``.
    public func close() { session.close() }

    public func run(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresRows] {
        try await session.run(statements, timeout: timeout)
    }

    public func withConnection<Result>(_ body: (PostgresConnection) async throws -> Result) async throws -> Result {
        try await body(self)
    }

    /// The process identifier of the server's session, as `pg_stat_activity` has it.
    public var serverProcess: Int32 { session.serverProcess }

    /// What the server said of itself: `server_version`, `in_hot_standby`, `TimeZone` …; nil where it did not.
    public func serverParameter(_ name: String) -> String? { session.serverParameter(name) }
}

/// What a task with much to do for the database may run on, so that answers need not be handed from thread to thread:
///
///     try await withTaskExecutorPreference(postgresExecutor) { … }
///
/// It is the thread all connections are served by, so nothing on it may block or calculate for long.
public let postgresExecutor: any TaskExecutor = EventLoop.shared
