import Synchronization

/// A transaction under way: statements given to it are part of it.
public struct PostgresTransaction: PostgresClient {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    public func run(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresRows] {
        try await connection.run(statements, timeout: timeout)
    }

    public func withConnection<Result>(_ body: (PostgresConnection) async throws -> Result) async throws -> Result {
        try await body(connection)
    }

    /// Whether the server is in the transaction still: a script could have ended it.
    var isOpen: Bool { connection.session.isInTransaction }

    /// Runs `body`; when it throws, what it did is undone and the rest of the transaction stays.
    public func savepoint<Result>(_ body: (PostgresTransaction) async throws -> Result) async throws -> Result {
        // Savepoints of one name hide each other, so that the innermost is meant: one name is enough.
        try await execute("savepoint claw")
        let result: Result
        do {
            result = try await body(self)
        } catch {
            let session = connection.session
            do {
                _ = try await session.runInAnyCase(
                    ["rollback to savepoint claw", "release savepoint claw"], deadline: session.graceDeadline)
            } catch { session.close() }
            throw error
        }
        try await execute("release savepoint claw")
        return result
    }
}
