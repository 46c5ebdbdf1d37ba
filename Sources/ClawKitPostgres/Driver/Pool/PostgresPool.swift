/// Connections that tasks share, one after the other.
///
///     let db = PostgresPool(.init("postgres://app@db.example/app", maximum: 20))
///     let users = try await db.query("select id, name from users where tenant = \(tenant)", as: User.self)
///
/// Connections are made as they are needed. Whoever finds all in use waits in line. A connection that broke, that is in
/// a transaction its user left open, that is too old, or whose server no longer takes writes although
/// `target_session_attrs` asks for one that does, is replaced. ``run()`` is optional: it keeps the minimum open and
/// closes what is idle.
///
/// Session state (`set`, temporary tables, advisory locks) stays with a connection when it goes to the next user: set
/// what only you need within a transaction, by `set local`.
public final class PostgresPool: PostgresClient {
    private let core: PoolCore

    public init(_ configuration: Configuration) { core = PoolCore(configuration) }

    deinit { core.close() }

    public var configuration: Configuration { core.configuration }
    public var status: Status { core.status }

    public func run(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresRows] {
        try await core.run(statements, timeout: timeout)
    }

    public func withConnection<Result>(_ body: (PostgresConnection) async throws -> Result) async throws -> Result {
        try await core.withConnection(body)
    }

    /// Keeps the minimum of connections open and closes what is idle for too long or too old, until the task is
    /// cancelled; then closes the pool and waits until all connections were given back.
    public func run() async throws { try await core.keepUp() }

    /// Refuses whoever asks from now on and closes idle connections; others are closed when they are given back.
    public func close() { core.close() }

    /// Closes, and waits until all connections were given back.
    public func closeAndWait() async { await core.closeAndWait() }
}
