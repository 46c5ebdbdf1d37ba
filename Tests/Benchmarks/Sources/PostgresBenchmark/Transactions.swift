import BenchmarkSupport
import ClawBase
import ClawKitPostgres

struct Rate {
    var rate: Double
    var note: String
}

/// Cheap chance, as pgbench has it; the system's would be a call of the kernel for each number.
struct Numbers {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
    mutating func next(upTo limit: Int32) -> Int32 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int32(truncatingIfNeeded: (state >> 33) % UInt64(limit)) + 1
    }
}

/// Runs `body` in as many tasks as there are clients, over and over, for some seconds.
private func repeatedly(
    _ clients: Int, _ seconds: Double, _ body: @escaping @Sendable (inout Numbers) async throws -> Void
) async throws -> Rate {
    // Statements are prepared and connections made.
    var numbers = Numbers(seed: 0)
    for _ in 0..<clients { try await body(&numbers) }
    let end = SystemTime.system.now + .milliseconds(Int64(seconds * 1000))
    let (time, count) = try await measure {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 1...clients {
                group.addTask {
                    var (count, numbers) = (0, Numbers(seed: UInt64(client)))
                    while count % 16 > 0 || SystemTime.system.now < end {
                        try await body(&numbers)
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
    try await repeatedly(clients, seconds) { numbers in
        let account = numbers.next(upTo: 1_000_000)
        _ = try await db.queryOne("select abalance from pgbench_accounts where aid = \(account)", as: Int32.self)
    }
}

/// As Peers/write.pgbench.
@Sendable func writes(_ db: PostgresPool, _ clients: Int, _ seconds: Double) async throws -> Rate {
    try await repeatedly(clients, seconds) { numbers in
        let (account, teller) = (numbers.next(upTo: 1_000_000), numbers.next(upTo: 100))
        let (branch, delta) = (numbers.next(upTo: 10), numbers.next(upTo: 10_000) - 5000)
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
