import ClawBase
import ClawKitPostgres
import ClawLedger
import ClawPlatform
import ClawPlatformPostgres
import Foundation
import LedgerTesting
import Logging
import ServiceLifecycle
import UnixSignals

// A process that spends of limits it shares with others, for tests that kill it:
//
//   share-fixture DATABASE NAME LEASE SCALE
//
// Eight calls at a time, until SIGTERM; LEASE in milliseconds, SCALE as SpendingLevels has it.

guard CommandLine.arguments.count == 5, let lease = Int(CommandLine.arguments[3]),
    let scale = Int64(CommandLine.arguments[4])
else {
    FileHandle.standardError.write(Data("share-fixture DATABASE NAME LEASE SCALE: see its main.swift\n".utf8))
    exit(64)
}

struct Part: ServiceLifecycle.Service {
    let body: @Sendable () async throws -> Void
    func run() async throws {
        try await cancelWhenGracefulShutdown { do { try await body() } catch is CancellationError {} }
    }
}

let logger = Logger(label: "share-fixture") { StreamLogHandler.standardError(label: $0) }
let pool = PostgresPool(PostgresPool.Configuration(CommandLine.arguments[1], maximum: 4))
let store = PostgresPlatformStore(pool, logger: logger)
try await store.prepare()
var options = PlatformShares.Options()
options.lease = .milliseconds(lease)
let shares = PlatformShares(store, options: options)
let book = UsageBook(store: shares, holder: CommandLine.arguments[2])
let levels = SpendingLevels(scale: scale)
let callers = Part {
    await withTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
            group.addTask {
                while !Task.isCancelled {
                    await levels.call(UUID().uuidString, book)
                    try? await SystemTime().sleep(for: .microseconds(Int.random(in: 0...10_000)))
                }
            }
        }
    }
}
// They end in the opposite order: the book tells the rest when nobody calls any more.
let services: [any ServiceLifecycle.Service] = [
    Part { try await shares.run() }, Part { try await book.run() }, callers,
]
try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm], logger: logger).run()
