import ClawBase
import ClawKitPostgres
import Testing

extension Postgres {
    @Suite struct Migrating {
        /// A database of its own, and a pool on it.
        private func database(_ name: String) async throws -> PostgresPool {
            let db = try await connect()
            try await db.execute("drop database if exists \(identifier: name) with (force)")
            try await db.execute("create database \(identifier: name)")
            return PostgresPool(.init(try shared(database: name), maximum: 4))
        }

        private let first = Migration(
            1, "users", "create table users (id int primary key); insert into users values (1);")
        private let second = Migration(2, "names", "alter table users add column name text not null default 'x'")

        private func finding(_ body: () async throws -> Void) async -> Finding? {
            do { try await body() } catch { return error as? Finding }
            return nil
        }

        @Test("migrations are applied once, in order")
        func apply() async throws {
            let db = try await database("migrating_apply")
            #expect(try await Migrations([first, second]).pending(in: db).map(\.version) == [1, 2])
            #expect(try await Migrations([first]).apply(to: db) == [1])
            #expect(try await Migrations([first, second]).apply(to: db) == [2])
            #expect(try await Migrations([first, second]).apply(to: db) == [])
            #expect(try await db.queryOne("select name from users", as: String.self) == "x")
        }

        @Test("of many replicas that start at once, one applies")
        func replicas() async throws {
            let db = try await database("migrating_replicas")
            let migrations = try Migrations([first, second])
            let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let own = PostgresPool(.init(try shared(database: "migrating_replicas"), maximum: 1))
                        return try await migrations.apply(to: own)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied == [1, 2])
            #expect(try await db.queryOne("select count(*) from users", as: Int.self) == 1)
        }

        @Test("a migration that was changed after it was applied is refused by name")
        func changed() async throws {
            let db = try await database("migrating_changed")
            try await Migrations([first]).apply(to: db)
            let changed = Migration(1, "users", first.script + " ")
            let refusal = await finding { try await Migrations([changed, second]).apply(to: db) }
            #expect(refusal?.code == .migration)
            #expect(refusal?.message.contains("Migration 1 (users) was changed") == true)
            #expect(try await Migrations([first, second]).apply(to: db) == [2])
        }

        @Test("a database newer than the program is refused")
        func newer() async throws {
            let db = try await database("migrating_newer")
            try await Migrations([first, second]).apply(to: db)
            let refusal = await finding { try await Migrations([first]).apply(to: db) }
            #expect(refusal?.message.contains("migration 2 (names)") == true)
        }

        @Test("a migration that fails leaves nothing behind, and can be mended")
        func failing() async throws {
            let db = try await database("migrating_failing")
            let broken = Migration(2, "names", "alter table users add column name text; select 1 / 0;")
            let error = await refused(.server) { try await Migrations([first, broken]).apply(to: db) }
            #expect(error?.sqlState?.rawValue == "22012")
            #expect(try await Migrations([first, second]).apply(to: db) == [2])
        }

        @Test("a script that commits by itself is refused")
        func ownCommit() async throws {
            let db = try await database("migrating_commit")
            let refusal = await finding {
                try await Migrations([Migration(1, "commits", "create table a (n int); commit;")]).apply(to: db)
            }
            #expect(refusal?.message.contains("COMMIT") == true)
        }

        @Test("versions without order are refused before anything is done")
        func order() {
            #expect(throws: Finding.self) { try Migrations([second, first]) }
        }
    }
}
