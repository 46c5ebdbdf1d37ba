import ClawBase
import ClawKitPostgres
import ClawPlatform
import ClawPlatformPostgres
import OperationTesting
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

// A process that carries out operations, for tests that kill it:
//
//   worker-fixture DATABASE LEDGER LEASE
//
// Each step writes its name and its operation's target into the ledger, one line at once, before and after a pause of up
// to 3 ms: what stands there was done. LEASE in milliseconds.

guard CommandLine.arguments.count == 4, let lease = Int(CommandLine.arguments[3]) else {
    FileHandle.standardError.write(Data("worker-fixture DATABASE LEDGER LEASE: see its main.swift\n".utf8))
    exit(64)
}
let ledger = open(CommandLine.arguments[2], O_WRONLY | O_APPEND | O_CLOEXEC)
guard ledger >= 0 else { exit(66) }

let logger = Logger(label: "worker-fixture") { StreamLogHandler.standardError(label: $0) }
let pool = PostgresPool(PostgresPool.Configuration(CommandLine.arguments[1], maximum: 4))
let store = PostgresPlatformStore(pool, logger: logger)
try await store.prepare()
var options = OperationEngine.Options()
options.lease = .milliseconds(lease)
options.backoff = Backoff(initial: .milliseconds(5), cap: .milliseconds(50))
let engine = OperationEngine(store, options: options, logger: logger)
engine.add(makeJourney { name, target in
    try await pause()
    let line = "\(name) \(target)\n"
    _ = line.withCString { write(ledger, $0, strlen($0)) }
    try await pause()
})
try await ServiceGroup(services: [store, engine], gracefulShutdownSignals: [.sigterm], logger: logger).run()

@Sendable func pause() async throws { try await SystemTime().sleep(for: .microseconds(Int.random(in: 0...3_000))) }
