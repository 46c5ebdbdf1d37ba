import BenchmarkSupport
import ClawBase
import ClawKitPostgres

struct Rate {
    var rate: Double
    var note: String
}

/// Runs `body` in as many tasks as there are clients, over and over, for some seconds.
private func repeatedly(
    _ clients: Int, _ seconds: Double, _ body: @escaping @Sendable () async throws -> Void
) async throws -> Rate {
    // Statements are prepared and connections made.
    for _ in 0..<clients { try await body() }
    let end = SystemTime.system.now + .milliseconds(Int64(seconds * 1000))
    let (time, count) = try await measure {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<clients {
                group.addTask {
                    var count = 0
                    while SystemTime.system.now < end {
                        try await body()
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
    }
    let microseconds = Int(time.processor / Double(count) * 1e6)
    return Rate(rate: Double(count) / time.wall, note: "\(microseconds) µs CPU each here")
}

/// As `pgbench -S`.
@Sendable func selects(_ db: PostgresPool, _ clients: Int, _ seconds: Double) async throws -> Rate {
    try await repeatedly(clients, seconds) {
        let account = Int32.random(in: 1...1_000_000)
        _ = try await db.queryOne("select abalance from pgbench_accounts where aid = \(account)", as: Int32.self)
    }
}

/// As Peers/write.pgbench.
@Sendable func writes(_ db: PostgresPool, _ clients: Int, _ seconds: Double) async throws -> Rate {
    try await repeatedly(clients, seconds) {
        let (account, teller) = (Int32.random(in: 1...1_000_000), Int32.random(in: 1...100))
        let (branch, delta) = (Int32.random(in: 1...10), Int32.random(in: -5000...5000))
        try await db.transaction { tx in
            try await tx.execute("update pgbench_accounts set abalance = abalance + \(delta) where aid = \(account)")
            _ = try await tx.queryOne("select abalance from pgbench_accounts where aid = \(account)", as: Int32.self)
            try await tx.execute("update pgbench_tellers set tbalance = tbalance + \(delta) where tid = \(teller)")
            try await tx.execute(
                """
                insert into pgbench_history (tid, bid, aid, delta, mtime)
                values (\(teller), \(branch), \(account), \(delta), current_timestamp)
                """)
        }
    }
}
