import ClawBase
import ClawKitPostgres
import CoreMetrics
import PostgresTesting
import Synchronization
import Testing

/// A pool on the shared server; one connection unless told otherwise.
func pool(
    maximum: Int = 1, _ options: String = "", _ change: (inout PostgresPool.Configuration) -> Void = { _ in }
) throws -> PostgresPool {
    var configuration = PostgresPool.Configuration(try shared(options), maximum: maximum)
    configuration.metrics = PrometheusMetrics()
    // With all other tests on two cores.
    configuration.waitTimeout = .seconds(120)
    change(&configuration)
    return PostgresPool(configuration)
}

extension Postgres {
    @Suite struct Pooling {
        @Test("connections are made as they are needed, and used again")
        func reuse() async throws {
            let db = try pool(maximum: 4)
            let first = try await db.queryOne("select pg_backend_pid()", as: Int.self)
            #expect(try await db.queryOne("select pg_backend_pid()", as: Int.self) == first)
            #expect(db.status == PostgresPool.Status(open: 1, idle: 1, waiting: 0))
            try await withThrowingTaskGroup { group in
                for _ in 0..<100 { group.addTask { try await db.execute("select pg_sleep(0.001)") } }
                try await group.waitForAll()
            }
            #expect(db.status.open == 4 && db.status.idle == 4)
            await db.closeAndWait()
        }

        @Test("who waits is served in the order of coming")
        func fairness() async throws {
            let db = try pool()
            let order = Recorder()
            try await withThrowingTaskGroup { group in
                try await db.withConnection { _ in
                    for number in 0..<20 {
                        group.addTask {
                            try await db.withConnection { _ in order.add(number) }
                        }
                        try await eventually("it waits") { db.status.waiting == number + 1 }
                    }
                }
                try await group.waitForAll()
            }
            #expect(order.all == Array(0..<20))
            #expect(db.status == PostgresPool.Status(open: 1, idle: 1, waiting: 0))
        }

        @Test("an exhausted pool lets nobody wait longer than allowed")
        func exhausted() async throws {
            let db = try pool { $0.waitTimeout = .milliseconds(30) }
            let error = try await db.withConnection { _ in
                await refused(.poolTimeout) { try await db.execute("select 1") }
            }
            #expect(error?.wasSent == false)
            #expect(error.map { Finding($0).code } == .databaseBusy)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("no more may wait than allowed")
        func full() async throws {
            let db = try pool { $0.maximumWaiting = 1 }
            try await withThrowingTaskGroup { group in
                try await db.withConnection { _ in
                    group.addTask { try await db.execute("select 1") }
                    try await eventually("it waits") { db.status.waiting == 1 }
                    _ = await refused(.poolFull) { try await db.execute("select 1") }
                }
                try await group.waitForAll()
            }
        }

        @Test("a task that is cancelled while it waits leaves the line")
        func cancelledWaiter() async throws {
            let db = try pool()
            try await db.withConnection { _ in
                let task = Task { try await db.execute("select 1") }
                try await eventually("it waits") { db.status.waiting == 1 }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(db.status.waiting == 0)
            }
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("waiting and cancelling at the same moment loses no connection")
        func cancellationRace() async throws {
            let db = try pool(maximum: 2)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        await withTaskGroup { inner in
                            inner.addTask { _ = try? await db.execute("select 1") }
                            if number % 2 == 0 { inner.cancelAll() }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(db.status.waiting == 0 && db.status.inUse == 0)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("a connection whose server process was ended is replaced")
        func terminated() async throws {
            let db = try pool(maximum: 2)
            let other = try await connect()
            let process = try await db.queryOne("select pg_backend_pid()", as: Int32.self)
            try await other.execute("select pg_terminate_backend(\(process))")
            try await eventually("it is noticed") { db.status.open == 0 }
            #expect(try await db.queryOne("select pg_backend_pid()", as: Int32.self) != process)
            let error = await refused(.disconnected) {
                try await db.withConnection { connection in
                    async let sleeping: Int = connection.execute("select pg_sleep(60)")
                    // A process that is ended before it has the statement has nobody to tell why.
                    try await eventually("it sleeps") {
                        try await other.queryOne(
                            "select count(*) from pg_stat_activity where pid = \(connection.serverProcess) and state = 'active'",
                            as: Int.self) == 1
                    }
                    try await other.execute("select pg_terminate_backend(\(connection.serverProcess))")
                    _ = try await sleeping
                }
            }
            #expect(error?.sqlState == .adminShutdown)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("a connection that is left in a transaction does not go to the next user")
        func leftInTransaction() async throws {
            let db = try pool()
            let process = try await db.withConnection { connection in
                try await connection.execute("begin")
                return connection.serverProcess
            }
            #expect(try await db.queryOne("select pg_backend_pid()", as: Int32.self) != process)
        }

        @Test("connections live no longer than allowed, and idle ones are asked before use")
        func lifetime() async throws {
            let time = VirtualTime()
            let db = try pool {
                $0.time = time
                $0.maximumLifetime = .hours(1)
            }
            let process: SQL = "select pg_backend_pid()"
            let first = try await db.queryOne(process, as: Int.self)
            time.advance(by: .minutes(40))
            #expect(try await db.queryOne(process, as: Int.self) == first)
            time.advance(by: .minutes(21))
            #expect(try await db.queryOne(process, as: Int.self) != first)
        }

        @Test("run keeps the minimum open, closes what is idle, and ends with the task")
        func maintenance() async throws {
            let time = VirtualTime()
            let db = try pool(maximum: 4) {
                $0.minimum = 2
                $0.time = time
            }
            let service = Task { try await db.run() }
            try await eventually("two are open") { db.status.idle == 2 }
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await db.execute("select pg_sleep(0.05)") } }
                try await group.waitForAll()
            }
            #expect(db.status.open == 4)
            try await eventually("two are closed") {
                time.advance(by: .minutes(11))
                return db.status.open == 2
            }
            service.cancel()
            try await service.value
            #expect(db.status.open == 0)
            _ = await refused(.closed) { try await db.execute("select 1") }
        }

        @Test("a server that no longer takes writes is left")
        func readOnlyServer() async throws {
            let db = try pool("target_session_attrs=read-write")
            let process: SQL = "select pg_backend_pid()"
            let first = try await db.queryOne(process, as: Int.self)
            try await db.execute("set default_transaction_read_only = on")
            #expect(try await db.queryOne(process, as: Int.self) != first)
            #expect(try await db.queryOne("show default_transaction_read_only", as: String.self) == "off")
        }

        @Test("what a pool does is counted")
        func metrics() async throws {
            let metrics = PrometheusMetrics()
            let db = try pool {
                $0.metrics = metrics
                $0.name = "counted"
            }
            try await db.execute("select 1")
            _ = try? await db.execute("select wrong")
            var text = MetricsText()
            metrics.write(to: &text)
            #expect(text.text.contains("postgres_pool_open_connections{pool=\"counted\"} 1"))
            #expect(text.text.contains("postgres_query_seconds_count{pool=\"counted\"} 1"))
            #expect(text.text.contains("postgres_query_errors_total{pool=\"counted\"} 1"))
        }

        @Test("a pool whose server is not there says so, to everybody, and recovers nothing")
        func unreachable() async throws {
            var configuration = PostgresPool.Configuration("postgres://nobody@127.0.0.1:1/x", maximum: 2)
            configuration.waitTimeout = .seconds(120)
            let db = PostgresPool(configuration)
            await withTaskGroup { group in
                for _ in 0..<20 {
                    group.addTask { _ = await refused(.unreachable) { try await db.execute("select 1") } }
                }
            }
            #expect(db.status == PostgresPool.Status(open: 0, idle: 0, waiting: 0))
        }
    }
}
