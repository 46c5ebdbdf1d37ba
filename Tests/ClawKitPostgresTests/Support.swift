import ClawBase
import ClawKitPostgres
import Logging
import PostgresTesting
import Synchronization
import Testing

/// All suites that need a server; skipped where there is none.
@Suite(.enabled(if: PostgresServer.isThere, "\(PostgresServer.howToGetIt)"))
struct Postgres {}

/// The configuration for a database of the shared server.
func shared(_ options: String = "", database: String = "postgres") throws -> PostgresConfiguration {
    // TLS is tested by those who ask for it.
    let options = options.contains("sslmode") ? options : "sslmode=disable&" + options
    var configuration = PostgresConfiguration(try PostgresServer.shared.get().url(database: database, options))
    configuration.statementTimeout = .seconds(120)
    return configuration
}

/// A connection to the shared server.
func connect(_ change: (inout PostgresConfiguration) -> Void = { _ in }) async throws -> PostgresConnection {
    var configuration = try shared()
    change(&configuration)
    return try await PostgresConnection.connect(configuration)
}

/// Waits until something holds; by its own measure of time, so that a test that fails ends.
func eventually(
    _ what: Comment, within limit: Duration = .seconds(120), _ condition: () async throws -> Bool,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let end = SystemTime.system.now + limit
    while SystemTime.system.now < end {
        if try await condition() { return }
        try await SystemTime.system.sleep(for: .milliseconds(5))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

func refused(
    _ code: PostgresError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> PostgresError? {
    do {
        try await body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as PostgresError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return nil
}

/// Numbers in the order in which tasks added them.
final class Recorder: Sendable {
    private let numbers = Mutex<[Int]>([])
    func add(_ number: Int) { numbers.withLock { $0.append(number) } }
    var all: [Int] { numbers.withLock { $0 } }
}
