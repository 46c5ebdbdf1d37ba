public import ClawBase
public import Logging

/// Where the server is, and the limits of what is asked of it.
public struct PostgresConfiguration: Sendable {
    /// As libpq reads it: hosts, `target_session_attrs`, `sslmode`, `service=`, `options` … What it leaves out comes
    /// from the environment (`PGHOST` …) and `.pgpass`.
    public var connection: ConnectionString
    /// Instead of the one in the connection string: for a password that comes from a secret's source.
    public var password: Secret<String>?
    /// Shown in `pg_stat_activity`, unless the connection string names one.
    public var applicationName: String
    /// For one host; the connection string's `connect_timeout` and `PGCONNECT_TIMEOUT` come first. Whole seconds, at
    /// least two.
    public var connectTimeout: Duration = .seconds(10)
    /// How long a statement may take unless it says otherwise, waiting for its turn included; nil: for ever. It is
    /// cancelled on the server then.
    public var statementTimeout: Duration? = .seconds(60)
    /// How long the server has to obey a cancellation before the connection is given up.
    public var cancellationGrace: Duration = .seconds(5)
    /// How many statements stay prepared on a connection, the least recently used goes first. 0 where a pooler
    /// (PgBouncer by transaction) stands between: statements are parsed each time then.
    public var preparedStatements = 256
    /// What a result that is kept in memory may have. Larger ones are to be streamed.
    public var maximumResultBytes = 64 << 20
    /// The server's notices go here: warnings as such, the rest for debugging.
    public var logger = Logger(label: "clawkit.postgres") { _ in SwiftLogNoOpLogHandler() }

    public init(_ connection: ConnectionString, applicationName: String = "clawkit") {
        (self.connection, self.applicationName) = (connection, applicationName)
    }

    /// - Parameter connection: `postgres://user@host/name`, or `host=… dbname=…`; empty: all from the environment.
    public init(_ connection: String, applicationName: String = "clawkit") {
        self.init(ConnectionString(connection), applicationName: applicationName)
    }
}
