public import ClawKit
public import ClawKitPostgres
import ClawPlatformPostgres
public import Logging
public import ServiceLifecycle

/// Where a program's data is kept: in memory, in a journal in a directory, or in a database that other processes share.
public struct PlatformStorage: Sendable {
    public enum Place: Sendable {
        case memory
        case directory(String)
        case database(ConnectionString)
    }

    public let store: any PlatformStore
    public let services: [any ServiceLifecycle.Service]
    /// No other process works on it.
    public let isAlone: Bool
    private let journal: JournaledPlatformStore?

    /// - Parameter program: its name, as the database's administrators see it.
    public init(_ place: Place, program: String, logger: Logger) async throws {
        switch place {
        case .memory: (store, services, isAlone, journal) = (MemoryPlatformStore(rows: 100_000), [], true, nil)
        case .directory(let directory):
            let journal = try JournaledPlatformStore(directory: directory)
            (store, services, isAlone, self.journal) = (journal, [], true, journal)
        case .database(let database):
            let connection = PostgresConfiguration(database, applicationName: program)
            let postgres = PostgresPlatformStore(PostgresPool(PostgresPool.Configuration(connection)), logger: logger)
            try await postgres.prepare()
            (store, services, isAlone, journal) = (postgres, [postgres], false, nil)
        }
    }

    public func close() throws { try journal?.close() }
}
