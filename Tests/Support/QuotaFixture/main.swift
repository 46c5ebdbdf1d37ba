import ClawBase
import ClawKitPostgres
import ClawPlatform
import ClawPlatformPostgres
import Foundation
import Logging
import QuotaTesting

// A process that gives quotas to projects of one tenant, for tests that kill it:
//
//   quota-fixture DATABASE
//
// Eight changes at a time, until it is killed.

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("quota-fixture DATABASE: see its main.swift\n".utf8))
    exit(64)
}
let logger = Logger(label: "quota-fixture") { StreamLogHandler.standardError(label: $0) }
let store = PostgresPlatformStore(
    PostgresPool(PostgresPool.Configuration(CommandLine.arguments[1], maximum: 4)), logger: logger)
try await store.prepare()
let work = QuotaWork(store)
try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await store.run() }
    for _ in 0..<8 { group.addTask { while true { try await work.step() } } }
    try await group.next()
}
