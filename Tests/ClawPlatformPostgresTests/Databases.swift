import ClawBase
import ClawKitPostgres
import ClawPlatform
import ClawPlatformPostgres
import Logging
import PostgresTesting
import ServiceTesting
import Synchronization
import Testing

/// All suites that need a server; skipped where there is none.
@Suite(.enabled(if: PostgresServer.isThere, "\(PostgresServer.howToGetIt)"))
struct PostgresStores {}

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

private let databases = Atomic<Int>(0)

/// A database of its own on the shared server, dropped afterwards.
func withDatabase<R>(_ body: (_ url: String) async throws -> R) async throws -> R {
    let server = try PostgresServer.shared.get()
    let name = "store\(databases.wrappingAdd(1, ordering: .relaxed).newValue)"
    let owner = try await PostgresConnection.connect(PostgresConfiguration(server.url("sslmode=disable")))
    try await owner.execute("create database \(identifier: name)")
    do {
        let result = try await body(server.url(database: name, "sslmode=disable"))
        try await owner.execute("drop database \(identifier: name) with (force)")
        return result
    } catch {
        _ = try? await owner.execute("drop database \(identifier: name) with (force)")
        throw error
    }
}

/// A store on a database, as a process of its own would have it, as long as `body` runs.
func withStore<R: Sendable>(
    at url: String, _ body: @escaping @Sendable (PostgresPlatformStore) async throws -> R
) async throws -> R {
    let pool = PostgresPool(PostgresPool.Configuration(url, maximum: 8))
    let store = PostgresPlatformStore(pool, logger: silent)
    try await store.prepare()
    return try await whileRunning({ try await store.run() }) { try await body(store) }
}
