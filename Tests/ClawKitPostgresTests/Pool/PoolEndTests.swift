import ClawBase
import ClawKitPostgres
import Testing

extension Postgres {
    @Suite struct PoolsEnd {
        @Test("a pool that nobody has any more closes its connections, also those that were in use then")
        func released() async throws {
            let other = try await connect()
            var configuration = PostgresPool.Configuration(try shared("application_name=forgotten"), maximum: 2)
            configuration.waitTimeout = .milliseconds(10)
            var db: PostgresPool? = PostgresPool(configuration)
            try await db?.withConnection { _ in
                try await db?.withConnection { _ in
                    _ = await refused(.poolTimeout) { try await db?.execute("select 1") }
                }
            }
            let count: SQL = "select count(*) from pg_stat_activity where application_name = 'forgotten'"
            #expect(try await other.queryOne(count, as: Int.self) == 2)
            db = nil
            try await eventually("they are closed") { try await other.queryOne(count, as: Int.self) == 0 }
        }
    }
}
