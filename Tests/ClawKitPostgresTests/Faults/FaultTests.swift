import ClawBase
import ClawKitPostgres
import Foundation
import PostgresTesting
import Testing

extension Postgres {
    /// With servers of their own, which are stopped and started.
    @Suite(.serialized) struct Faults {
        private static let server = Result { () throws(ServerProblem) in try PostgresServer(settings: ["ssl = off"]) }

        private func server() throws -> PostgresServer { try Self.server.get() }

        private func pool(maximum: Int = 4, _ options: String = "") throws -> PostgresPool {
            var configuration = PostgresPool.Configuration(try server().url(options), maximum: maximum)
            configuration.connection.statementTimeout = .seconds(120)
            configuration.waitTimeout = .seconds(120)
            return PostgresPool(configuration)
        }

        /// Until the server is there again; each attempt has its own connection.
        private func recovers(_ db: PostgresPool) async throws {
            try await eventually("the pool recovers") {
                (try? await db.queryOne("select 1", as: Int.self)) == 1
            }
        }

        @Test("a server that crashes in the midst of a transaction loses it as a whole, and the pool recovers")
        func crashInTransaction() async throws {
            let (server, db) = (try server(), try pool())
            try await db.executeScript("drop table if exists crash; create table crash (n int)")
            let error = await refused(.disconnected) {
                try await db.transaction { tx in
                    try await tx.execute("insert into crash values (1)")
                    try await server.restart()
                    try await tx.execute("insert into crash values (2)")
                }
            }
            #expect(error != nil)
            try await recovers(db)
            #expect(try await db.queryOne("select count(*) from crash", as: Int.self) == 0)
            #expect(db.status.inUse == 0)
        }

        @Test("a server that is shut down says why to those who wait for an answer")
        func shutDownWhileRunning() async throws {
            let (server, db) = (try server(), try pool())
            let other = try pool()
            let task = Task { try await db.execute("select pg_sleep(60)") }
            let sleeps: SQL =
                "select count(*) from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'"
            try await eventually("it sleeps") { try await other.queryOne(sleeps, as: Int.self) == 1 }
            try await server.restart("fast")
            let error = await refused(.disconnected) { _ = try await task.value }
            #expect(error?.sqlState == .adminShutdown)
            #expect(error.map { Finding($0).code } == .unreachable)
            try await recovers(db)
        }

        @Test("a crash in COPY stores nothing and ends the writer")
        func crashInCopy() async throws {
            let (server, db) = (try server(), try pool())
            try await db.executeScript("drop table if exists crash; create table crash (n int)")
            let line = Array("12345\n".utf8)
            let part = Array(repeatElement(line, count: 20_000).joined())
            let error = await refused(.disconnected) {
                try await db.copyIn("copy crash from stdin") { writer in
                    try await writer.write(part)
                    try await server.restart()
                    for _ in 0..<100 { try await writer.write(part) }
                }
            }
            #expect(error != nil)
            try await recovers(db)
            #expect(try await db.queryOne("select count(*) from crash", as: Int.self) == 0)
            let out = await refused(.disconnected) {
                try await db.copyOut("copy (select generate_series(1, 100000000)) to stdout") { parts in
                    var isFirst = true
                    for try await _ in parts where isFirst {
                        isFirst = false
                        try await server.restart()
                    }
                }
            }
            #expect(out != nil)
            try await recovers(db)
        }

        @Test("a crash in a stream is told after the rows that came")
        func crashInStream() async throws {
            let (server, db) = (try server(), try pool())
            let error = await refused(.disconnected) {
                try await db.stream("select generate_series(1, 100000000)", as: Int.self) { rows in
                    for try await number in rows where number == 1000 { try await server.restart() }
                }
            }
            #expect(error != nil)
            try await recovers(db)
        }

        @Test("a listener survives a restart, and tells that it may have missed something")
        func restartDuringListen() async throws {
            let (server, db) = (try server(), try pool())
            try await db.listen(to: ["news"]) { events in
                var iterator = events.makeAsyncIterator()
                #expect(try await iterator.next() == .listening(mayHaveMissed: false))
                try await server.restart()
                #expect(try await iterator.next() == .listening(mayHaveMissed: true))
                try await recovers(db)
                try await db.execute("notify news, 'back'")
                #expect(try await iterator.next()?.notification?.payload == "back")
            }
        }

        @Test("idle connections that a restart has ended are not given to anybody")
        func idleConnections() async throws {
            let (server, db) = (try server(), try pool())
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await db.execute("select pg_sleep(0.02)") } }
                try await group.waitForAll()
            }
            try await server.restart("fast")
            try await eventually("all are noticed") { db.status.open == 0 }
            for _ in 0..<8 { #expect(try await db.queryOne("select 1", as: Int.self) == 1) }
        }

        @Test("while a server starts, a task waits for it rather than being refused")
        func startingServer() async throws {
            let (server, db) = (try server(), try pool())
            try await server.stop()
            _ = await refused(.unreachable) { try await db.execute("select 1") }
            try await server.start()
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("when a primary has become a standby, the pool goes to the host that takes writes")
        func failOver() async throws {
            let standbyOptions = ["ssl = off", "default_transaction_read_only = off"]
            let (first, second) = (
                try PostgresServer(settings: standbyOptions), try PostgresServer(settings: standbyOptions)
            )
            defer {
                first.end()
                second.end()
            }
            let hosts = "127.0.0.1:\(first.port),127.0.0.1:\(second.port)"
            let db = PostgresPool(
                .init("postgres://tester@\(hosts)/postgres?target_session_attrs=read-write", maximum: 2))
            let port: SQL = "select inet_server_port()"
            #expect(try await db.queryOne(port, as: Int.self) == first.port)
            // What a fail-over looks like from here: the old primary takes no writes any more.
            let admin = try await PostgresConnection.connect(PostgresConfiguration(first.url()))
            try await admin.execute("alter system set default_transaction_read_only = on")
            try await admin.execute("select pg_reload_conf()")
            try await eventually("the other host is used") {
                try await db.queryOne(port, as: Int.self) == second.port
            }
            try await second.stop()
            try await eventually("nobody takes writes") {
                do { return try await db.queryOne(port, as: Int.self) < 0 } catch is PostgresError { return true }
            }
        }

        @Test(
            "a full disk refuses the statement with its state; with room again, all goes on",
            .enabled(if: geteuid() == 0, "mounting a file system takes root"))
        func fullDisk() async throws {
            let (server, db) = (try server(), try pool())
            let directory = "\(server.directory)/small"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            guard mount("tmpfs", directory, "tmpfs", 0, "size=16m,mode=777") == 0 else { return }
            defer { umount2(directory, 2) }
            try FileManager.default.createDirectory(
                atPath: "\(directory)/space", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
            try await server.run("/bin/sh", ["-c", "mkdir -m 700 \(directory)/mine"])
            try await db.executeScript("drop table if exists big")
            try await db.execute(SQL(verbatim: "create tablespace small location '\(directory)/mine'"))
            try await db.execute("create table big (t text) tablespace small")
            let error = await refused(.server) {
                try await db.execute(
                    "insert into big select repeat(md5(n::text), 30) from generate_series(1, 100000) n")
            }
            #expect(error?.sqlState == .diskFull)
            #expect(error.map { Finding($0).message.contains("disk") } == true)
            // TRUNCATE would need a page for the new, empty file before the old one is gone.
            try await db.execute("drop table big")
            try await db.execute("create table big (t text) tablespace small")
            #expect(try await db.execute("insert into big values ('room')") == 1)
            try await db.executeScript("drop table big; checkpoint")
            try await db.execute("drop tablespace small")
        }
    }
}
