import ClawBase
import ClawKitPostgres
import Testing

extension Postgres {
    @Suite struct Cancelling {
        private func activity(_ process: Int32) -> SQL {
            "select count(*) from pg_stat_activity where pid = \(process) and state = 'active'"
        }

        @Test("a cancelled task ends its statement on the server, and the connection goes on")
        func cancelled() async throws {
            let (db, other) = (try await connect(), try await connect())
            let task = Task { try await db.execute("select pg_sleep(60)") }
            let isActive = activity(db.serverProcess)
            try await eventually("it runs") { try await other.queryOne(isActive, as: Int.self) == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await other.queryOne(isActive, as: Int.self) == 0)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("so it is with TLS")
        func cancelledWithTLS() async throws {
            let db = try await PostgresConnection.connect(try shared("sslmode=require"))
            let other = try await connect()
            let task = Task { try await db.execute("select pg_sleep(60)") }
            let isActive = activity(db.serverProcess)
            try await eventually("it runs") { try await other.queryOne(isActive, as: Int.self) == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("a statement that takes too long is cancelled")
        func timeout() async throws {
            let db = try await connect()
            let error = await refused(.timeout) {
                try await db.execute("select pg_sleep(60)", timeout: .milliseconds(50))
            }
            #expect(error.map { Finding($0).code } == .deadline)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("a cancelled statement takes no other with it")
        func neighbours() async throws {
            let db = try await connect()
            for round in 0..<30 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let victim = Task { try await db.execute("select pg_sleep(0.002)") }
                    for number in 0..<5 {
                        group.addTask {
                            let answer = try await db.queryOne("select \(number) from pg_sleep(0)", as: Int.self)
                            #expect(answer == number)
                        }
                    }
                    if round % 3 == 0 { await Task.yield() }
                    victim.cancel()
                    _ = await victim.result
                    try await group.waitForAll()
                }
                #expect(try await db.queryOne("select \(round)", as: Int.self) == round)
            }
        }

        @Test("who is cancelled before the statement was sent is told at once")
        func unsent() async throws {
            let db = try await connect()
            try await db.stream("select generate_series(1, 100000)") { rows in
                let task = Task { try await db.execute("select 1") }
                for try await _ in rows { break }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await db.execute("select 1")
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }

        @Test("a script and a COPY are cancelled too")
        func exclusive() async throws {
            let (db, other) = (try await connect(), try await connect())
            let isActive = activity(db.serverProcess)
            let script = Task { try await db.executeScript("select 1; select pg_sleep(60); select 2") }
            try await eventually("it runs") { try await other.queryOne(isActive, as: Int.self) == 1 }
            script.cancel()
            await #expect(throws: CancellationError.self) { try await script.value }
            let copy = Task {
                try await db.copyOut("copy (select pg_sleep(60)) to stdout") { for try await _ in $0 {} }
            }
            try await eventually("it runs") { try await other.queryOne(isActive, as: Int.self) == 1 }
            copy.cancel()
            await #expect(throws: CancellationError.self) { try await copy.value }
            #expect(try await other.queryOne(isActive, as: Int.self) == 0)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }
    }
}
