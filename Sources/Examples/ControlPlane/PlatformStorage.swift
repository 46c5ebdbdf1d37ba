import ClawKit
import ClawKitPostgres
import ClawPlatformPostgres
import Logging
import ServiceLifecycle

/// Where platform data is kept: a journal in the data directory, or a database that other processes share.
struct PlatformStorage: Sendable {
    let store: any PlatformStore
    let services: [any ServiceLifecycle.Service]
    /// No other process works on it.
    let isAlone: Bool
    private let journal: JournaledPlatformStore?

    init(_ database: ConnectionString?, directory: String, logger: Logger) async throws {
        guard let database else {
            let journal = try JournaledPlatformStore(directory: directory)
            (store, services, isAlone, self.journal) = (journal, [], true, journal)
            return
        }
        let connection = PostgresConfiguration(database, applicationName: "control-plane")
        let pool = PostgresPool(PostgresPool.Configuration(connection))
        let postgres = PostgresPlatformStore(pool, logger: logger)
        try await postgres.prepare()
        (store, services, isAlone, journal) = (postgres, [postgres], false, nil)
    }

    func close() throws { try journal?.close() }
}
