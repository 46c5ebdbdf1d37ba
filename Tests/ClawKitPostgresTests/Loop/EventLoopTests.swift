import ClawBase
import PostgresTesting
import Synchronization
import Testing

@testable import ClawKitPostgres

extension Postgres {
    @Suite struct Loops {
        @Test("without epoll, poll does the same")
        func poll() async throws {
            let loop = EventLoop(try #require(PollPort()))
            let session = try await Session.connect(try shared(), loop: loop)
            let db = PostgresConnection(session, isOwner: true)
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
            let count = try await db.stream("select generate_series(1, 5000)", as: Int.self) { rows in
                var count = 0
                for try await _ in rows { count += 1 }
                return count
            }
            #expect(count == 5000)
            let text = String(repeating: "x", count: 3_000_000)
            #expect(try await db.queryOne("select length(\(text))", as: Int.self) == 3_000_000)
            _ = await refused(.timeout) { try await db.execute("select pg_sleep(60)", timeout: .milliseconds(30)) }
            try await db.execute("create temporary table t (n int)")
            #expect(try await db.copyIn("copy t from stdin") { try await $0.write("1\n2\n") } == 2)
            db.close()
            loop.stop()
        }

        @Test("tasks may run on the loop, and stay there between statements")
        func taskExecutor() async throws {
            let db = try await connect()
            let sum = try await withTaskExecutorPreference(postgresExecutor) {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<50 {
                        group.addTask {
                            var last = 0
                            for step in 0..<10 { last = try await db.queryOne("select \(number + step)", as: Int.self) }
                            return last
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            #expect(sum == (0..<50).reduce(0) { $0 + $1 + 9 })
        }
    }
}

@Suite struct PoolStates {
    private func session(_ state: inout PoolState) -> Bool {
        if case .granted(.opening) = state.acquire() { true } else { false }
    }

    @Test("places are granted up to the maximum, then tasks wait up to their limit")
    func limits() {
        var state = PoolState(maximum: 2, maximumWaiting: 1)
        #expect(session(&state) && session(&state))
        if case .mustWait = state.acquire() {} else { Issue.record("a third one was granted") }
        let waiter = PoolState.Waiter(.never)
        state.waiters.append(waiter)
        if case .refused(let error) = state.acquire() {
            #expect(error.code == .poolFull)
        } else {
            Issue.record("too many wait")
        }
        #expect(state.lose() === waiter)
        #expect(state.open == 2)
        #expect(state.lose() == nil)
        #expect(state.open == 1)
    }
}

@Suite struct StatementCaches {
    @Test("the least recently used statement goes, and one text with other types is another statement")
    func leastRecentlyUsed() {
        var cache = StatementCache(limit: 2)
        let (a, b, c) = ("select 1" as SQL, "select \(1)" as SQL, "select \("x")" as SQL)
        #expect(cache.find(a) == nil)
        let first = cache.add(a).added
        let second = cache.add(b).added
        #expect(cache.find(a) === first)
        // The same text as b, another type.
        #expect(cache.find(c) == nil)
        let (third, evicted) = cache.add(c)
        #expect(evicted === second)
        #expect(cache.find(c) === third && cache.find(a) === first && cache.find(b) == nil)
    }
}
