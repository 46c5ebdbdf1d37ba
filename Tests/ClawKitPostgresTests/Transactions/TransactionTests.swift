import ClawBase
import ClawKitPostgres
import Synchronization
import Testing

extension Postgres {
    @Suite struct Transactions {
        /// A table of its own, and a pool.
        private func table(_ name: String, _ columns: String = "id int primary key, n int not null") async throws
            -> PostgresPool
        {
            let db = try pool(maximum: 8)
            try await db.executeScript("drop table if exists \(name); create table \(name) (\(columns))")
            return db
        }

        @Test("what returns is committed, what throws is not")
        func commitAndRollback() async throws {
            struct Refused: Error {}
            let db = try await table("tx_basic")
            try await db.transaction { tx in
                try await tx.execute("insert into tx_basic values (1, 1)")
                #expect(try await db.queryOne("select count(*) from tx_basic", as: Int.self) == 0)
            }
            await #expect(throws: Refused.self) {
                try await db.transaction { tx in
                    try await tx.execute("insert into tx_basic values (2, 2)")
                    throw Refused()
                }
            }
            #expect(try await db.query("select id from tx_basic", as: Int.self) == [1])
            #expect(db.status.open == 2)
        }

        @Test("a transaction without statements costs nothing, not even a BEGIN")
        func empty() async throws {
            let db = try await connect()
            try await db.transaction { _ in }
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("a failed statement that the body ignores is not taken for success")
        func ignoredError() async throws {
            let db = try await table("tx_ignored")
            let error = await refused(.server) {
                try await db.transaction { tx in
                    try await tx.execute("insert into tx_ignored values (1, 1)")
                    _ = try? await tx.execute("select 1 / 0")
                }
            }
            #expect(error?.message.contains("rolled back") == true)
            #expect(try await db.queryOne("select count(*) from tx_ignored", as: Int.self) == 0)
        }

        @Test("a savepoint undoes its own part, and may be within another")
        func savepoints() async throws {
            struct Refused: Error {}
            let db = try await table("tx_savepoints")
            try await db.transaction { tx in
                try await tx.execute("insert into tx_savepoints values (1, 1)")
                try await tx.savepoint { tx in
                    try await tx.execute("insert into tx_savepoints values (2, 2)")
                    do {
                        try await tx.savepoint { tx in
                            try await tx.execute("insert into tx_savepoints values (3, 3)")
                            try await tx.execute("insert into tx_savepoints values (1, 1)")
                        }
                    } catch let error as PostgresError where error.sqlState == .uniqueViolation {}
                    try await tx.execute("insert into tx_savepoints values (4, 4)")
                }
            }
            #expect(try await db.query("select id from tx_savepoints order by 1", as: Int.self) == [1, 2, 4])
        }

        @Test("the isolation level and the rest are the server's")
        func options() async throws {
            let db = try await connect()
            let level: SQL = "show transaction_isolation"
            #expect(
                try await db.transaction(.serializable) { try await $0.queryOne(level, as: String.self) }
                    == "serializable")
            let options = TransactionOptions(.repeatableRead, readOnly: true)
            let error = await refused(.server) {
                try await db.transaction(options) { tx in
                    #expect(try await tx.queryOne(level, as: String.self) == "repeatable read")
                    try await tx.execute("create table never (n int)")
                }
            }
            #expect(error?.sqlState == .readOnlyTransaction)
        }

        @Test("transactions that cannot be serialised run again, and nothing is lost")
        func serializationFailures() async throws {
            let db = try await table("tx_serial")
            try await db.execute("insert into tx_serial values (1, 0)")
            let runs = Recorder()
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<5 {
                            try await db.transaction(TransactionOptions(.serializable, attempts: 100)) { tx in
                                runs.add(1)
                                let n = try await tx.queryOne("select n from tx_serial where id = 1", as: Int.self)
                                try await tx.execute("update tx_serial set n = \(n + 1) where id = 1")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await db.queryOne("select n from tx_serial", as: Int.self) == 40)
            #expect(runs.all.count > 40)
        }

        @Test("a deadlock's victim runs again")
        func deadlock() async throws {
            let db = try await table("tx_deadlock")
            try await db.execute("insert into tx_deadlock values (1, 0), (2, 0)")
            let arrived = Recorder()
            let runs = Recorder()
            try await withThrowingTaskGroup { group in
                for (first, second) in [(1, 2), (2, 1)] {
                    group.addTask {
                        try await db.transaction { tx in
                            runs.add(1)
                            try await tx.execute("set local deadlock_timeout = '20ms'")
                            try await tx.execute("update tx_deadlock set n = n + 1 where id = \(first)")
                            arrived.add(1)
                            try await eventually("both have their first lock") { arrived.all.count >= 2 }
                            try await tx.execute("update tx_deadlock set n = n + 1 where id = \(second)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(runs.all.count == 3)
            #expect(try await db.query("select n from tx_deadlock", as: Int.self) == [2, 2])
        }

        @Test("attempts are bounded")
        func attempts() async throws {
            let db = try await connect()
            let runs = Recorder()
            let error = await refused(.server) {
                try await db.transaction(TransactionOptions(attempts: 3)) { tx in
                    runs.add(1)
                    try await tx.executeScript("do $$ begin raise exception 'again' using errcode = '40001'; end $$")
                }
            }
            #expect(error?.isTransient == true)
            #expect(runs.all.count == 3)
        }

        @Test("a transaction within a transaction is refused with a word")
        func nested() async throws {
            let db = try await connect()
            _ = await refused(.misuse) {
                try await db.transaction { tx in try await tx.transaction { _ in } }
            }
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("a task cancelled in the midst is rolled back, and its connection used again")
        func cancelled() async throws {
            let db = try await table("tx_cancelled")
            let reached = Mutex(false)
            let task = Task {
                try await db.transaction { tx in
                    try await tx.execute("insert into tx_cancelled values (1, 1)")
                    reached.withLock { $0 = true }
                    try await tx.execute("select pg_sleep(20)")
                }
            }
            try await eventually("it sleeps") { reached.withLock { $0 } }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await db.queryOne("select count(*) from tx_cancelled", as: Int.self) == 0)
            #expect(db.status.inUse == 0 && db.status.open >= 1)
        }

        @Test("streams, COPY and pipelines are part of it")
        func everything() async throws {
            struct Refused: Error {}
            let db = try await table("tx_everything")
            try? await db.transaction { tx in
                try await tx.copyIn("copy tx_everything from stdin") { try await $0.write(row: ["1", "1"]) }
                try await tx.pipeline { $0.add("insert into tx_everything values (2, 2)") }
                try await tx.stream("select id from tx_everything order by 1", as: Int.self) { rows in
                    var all: [Int] = []
                    for try await id in rows { all.append(id) }
                    #expect(all == [1, 2])
                }
                throw Refused()
            }
            #expect(try await db.queryOne("select count(*) from tx_everything", as: Int.self) == 0)
        }
    }
}
