public import ClawBase
public import CoreMetrics

extension PostgresPool {
    public struct Configuration: Sendable {
        public var connection: PostgresConfiguration
        /// Connections that ``PostgresPool/run()`` keeps open.
        public var minimum = 0
        public var maximum = 10
        /// How long a task waits for a connection, one that has to be made included.
        public var waitTimeout: Duration = .seconds(10)
        /// How many tasks may wait; more are refused at once.
        public var maximumWaiting = 1000
        /// A connection that was idle for so long is asked whether it is still there, before somebody gets it.
        public var checkAfterIdle: Duration = .seconds(30)
        /// Idle connections above the minimum are closed after that.
        public var idleTimeout: Duration = .minutes(10)
        /// Connections are replaced after that, each up to a tenth sooner so that not all go at once: for changed
        /// addresses, rotated passwords, and servers whose sessions grow.
        public var maximumLifetime: Duration = .hours(1)
        /// The label `pool` of its metrics.
        public var name = "main"
        /// nil: what is bootstrapped, or else ClawKit's own.
        public var metrics: (any MetricsFactory)?
        /// By which idle times and lifetimes go.
        public var time: any TimeSource = .system

        public init(_ connection: PostgresConfiguration, minimum: Int = 0, maximum: Int = 10) {
            (self.connection, self.minimum, self.maximum) = (connection, minimum, maximum)
        }

        /// - Parameter connection: as for ``PostgresConfiguration``.
        public init(_ connection: String, minimum: Int = 0, maximum: Int = 10) {
            self.init(PostgresConfiguration(connection), minimum: minimum, maximum: maximum)
        }
    }

    /// A pool at a moment.
    public struct Status: Sendable, Hashable {
        /// Connections, those being made included.
        public var open: Int
        public var idle: Int
        /// Tasks.
        public var waiting: Int
        public var inUse: Int { open - idle }

        public init(open: Int, idle: Int, waiting: Int) {
            (self.open, self.idle, self.waiting) = (open, idle, waiting)
        }
    }
}
