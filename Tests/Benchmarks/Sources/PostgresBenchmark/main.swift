import BenchmarkSupport
import ClawBase
import ClawKitPostgres
import Foundation

// postgres-benchmark URL part [argument …]
let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    print("usage: postgres-benchmark URL select|write CLIENTS SECONDS | inserts ROWS | copy FILE | rows ROWS")
    exit(2)
}
let (url, part, rest) = (arguments[1], arguments[2], arguments.dropFirst(3).map { $0 })

func pool(_ clients: Int) -> PostgresPool {
    PostgresPool(.init(url, minimum: clients, maximum: clients))
}

do {
    switch part {
    case "select", "write":
        let (clients, seconds) = (Int(rest[0]) ?? 8, Double(rest[1]) ?? 5)
        let run = part == "select" ? selects : writes
        // Both ways a program can go: its tasks on Swift's threads, or on the driver's.
        let apart = try await run(pool(clients), clients, seconds)
        report("\(part), \(clients) clients, ClawKitPostgres", apart.rate, "/s", apart.note)
        let together = try await withTaskExecutorPreference(postgresExecutor) {
            try await run(pool(clients), clients, seconds)
        }
        report("\(part), \(clients) clients, ClawKitPostgres, tasks on its loop", together.rate, "/s", together.note)
    case "inserts": try await inserts(pool(1), Int(rest[0]) ?? 10_000)
    case "copy": try await copies(pool(1), rest[0])
    case "rows": try await rows(pool(1), Int(rest[0]) ?? 1_000_000)
    default: print("no part \(part)")
    }
} catch {
    print("failed: \(error)")
    exit(1)
}
