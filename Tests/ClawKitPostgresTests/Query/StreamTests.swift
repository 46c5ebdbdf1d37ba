import ClawBase
import ClawKitPostgres
import Testing

extension Postgres {
    @Suite struct Streaming {
        @Test("rows come one after the other, in order, all of them")
        func all() async throws {
            let db = try await connect()
            let sum = try await db.stream("select n from generate_series(1, 20000) n", as: Int.self) { rows in
                var (sum, last) = (0, 0)
                for try await number in rows {
                    #expect(number == last + 1)
                    (sum, last) = (sum + number, number)
                }
                return sum
            }
            #expect(sum == 20_000 * 20_001 / 2)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("a stream that is left early is cancelled, and the connection goes on")
        func leftEarly() async throws {
            let db = try await connect()
            let first = try await db.stream(
                "select generate_series(1, 100000000), repeat('x', 1000)", as: (Int, String).self
            ) { rows in
                for try await (number, _) in rows where number == 1000 { return number }
                return 0
            }
            #expect(first == 1000)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("a consumer that throws ends the stream; its error is the one that is told")
        func thrown() async throws {
            struct Enough: Error {}
            let db = try await connect()
            await #expect(throws: Enough.self) {
                try await db.stream("select generate_series(1, 1000000)") { rows in
                    for try await _ in rows { throw Enough() }
                }
            }
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("an error in the midst of the rows is told after those that came")
        func errorInTheMidst() async throws {
            let db = try await connect()
            let error = await refused(.server) {
                try await db.stream("select 10 / (500 - n) from generate_series(1, 1000) n") { rows in
                    var count = 0
                    do { for try await _ in rows { count += 1 } } catch {
                        #expect(count == 499)
                        throw error
                    }
                }
            }
            #expect(error?.sqlState?.rawValue == "22012")
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("what others ask meanwhile waits until the stream is over")
        func othersWait() async throws {
            let db = try await connect()
            try await withThrowingTaskGroup(of: Int.self) { group in
                try await db.stream("select n from generate_series(1, 1000) n", as: Int.self) { rows in
                    group.addTask { try await db.queryOne("select 7", as: Int.self) }
                    var count = 0
                    for try await _ in rows { count += 1 }
                    #expect(count == 1000)
                }
                #expect(try await group.next() == 7)
            }
        }

        @Test("a cancelled task's stream ends, and so does the statement")
        func cancelled() async throws {
            let db = try await connect()
            let task = Task {
                try await db.stream("select n, pg_sleep(0.01) from generate_series(1, 100000) n") { rows in
                    for try await _ in rows {}
                }
            }
            let other = try await connect()
            let isRunning: SQL =
                "select count(*) from pg_stat_activity where pid = \(db.serverProcess) and state = 'active'"
            try await eventually("the stream runs") { try await other.queryOne(isRunning, as: Int.self) == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await other.queryOne(isRunning, as: Int.self) == 0)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("memory does not grow with the result")
        func backPressure() async throws {
            let db = try await connect()
            var bytes = 0
            try await db.stream("select repeat('x', 10000) from generate_series(1, 5000)", as: String.self) { rows in
                for try await text in rows { bytes += text.utf8.count }
            }
            #expect(bytes == 50_000_000)
        }
    }
}
