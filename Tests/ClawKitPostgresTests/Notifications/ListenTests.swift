import ClawBase
import ClawKitPostgres
import PostgresTesting
import Testing

extension Postgres {
    @Suite struct Listening {
        @Test("what is notified comes, in order, with its payload, on channels of any name")
        func notifications() async throws {
            let db = try pool(maximum: 2)
            let odd = "Odd \"channel\"; drop"
            try await db.listen(to: ["plain", odd]) { events in
                var iterator = events.makeAsyncIterator()
                #expect(try await iterator.next() == .listening(mayHaveMissed: false))
                for number in 0..<100 { try await db.execute("select pg_notify(\(odd), \(String(number)))") }
                try await db.execute("notify plain")
                for number in 0..<100 {
                    let one = try #require(try await iterator.next()?.notification)
                    #expect(one.channel == odd && one.payload == String(number))
                }
                let last = try #require(try await iterator.next()?.notification)
                #expect(last.channel == "plain" && last.payload.isEmpty)
            }
        }

        @Test("a connection that breaks is made again, and it is told that something may be missed")
        func reconnects() async throws {
            let db = try pool(maximum: 2)
            try await db.listen(to: ["broken"]) { events in
                var iterator = events.makeAsyncIterator()
                #expect(try await iterator.next() == .listening(mayHaveMissed: false))
                for round in 0..<3 {
                    try await db.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen \"broken\"'")
                    #expect(try await iterator.next() == .listening(mayHaveMissed: true))
                    try await db.execute("select pg_notify('broken', \(String(round)))")
                    let one = try #require(try await iterator.next()?.notification)
                    #expect(one.payload == String(round))
                }
            }
        }

        @Test("a listener's task can be cancelled")
        func cancelled() async throws {
            let db = try pool(maximum: 2)
            let task = Task {
                try await db.listen(to: ["silent"]) { events in for try await _ in events {} }
            }
            let listens: SQL = "select count(*) from pg_stat_activity where query = 'listen \"silent\"'"
            try await eventually("it listens") { try await db.queryOne(listens, as: Int.self) == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await eventually("its connection is gone") { try await db.queryOne(listens, as: Int.self) == 0 }
        }

        @Test("who cannot connect at all is told so")
        func unreachable() async throws {
            _ = await refused(.unreachable) {
                try await PostgresConfiguration("postgres://x@127.0.0.1:1/x").listen(to: ["a"]) { events in
                    for try await _ in events {}
                }
            }
        }

        @Test("silence is not taken for life: the server is asked")
        func heartbeat() async throws {
            let configuration = try shared()
            let db = try pool(maximum: 2)
            let task = Task {
                try await configuration.listen(to: ["heartbeat"], heartbeat: .milliseconds(10)) { events in
                    for try await _ in events {}
                }
            }
            try await eventually("the server is asked") {
                try await db.queryOne("select count(*) from pg_stat_activity where query = 'select 1'", as: Int.self)
                    > 0
            }
            task.cancel()
            _ = await task.result
        }
    }
}
