import ClawBase
import ClawKitPostgres
import PostgresTesting
import Testing

extension Postgres {
    @Suite struct Connecting {
        @Test("a statement's rows come typed")
        func rows() async throws {
            let db = try await connect()
            let rows = try await db.query("select 1::int8, 'a'::text, null::int4", as: (Int, String, Int?).self)
            #expect(rows.count == 1)
            #expect(rows[0].0 == 1 && rows[0].1 == "a" && rows[0].2 == nil)
        }

        @Test("a refused statement leaves the connection usable, and says where it is wrong")
        func syntaxError() async throws {
            let db = try await connect()
            let error = await refused(.server) { try await db.execute("select 1 frm x y") }
            #expect(error?.sqlState == .syntaxError)
            #expect(error?.server?.position == 14)
            #expect(try await db.queryOne("select 2", as: Int.self) == 2)
        }

        @Test("a violated constraint is named, with its table and column")
        func constraint() async throws {
            let db = try await connect()
            try await db.execute(
                """
                create temporary table t
                (id int primary key, name text not null constraint short check (length(name) < 3))
                """)
            try await db.execute("insert into t values (1, 'a')")
            let unique = await refused(.server) { try await db.execute("insert into t values (1, 'b')") }
            #expect(unique?.sqlState == .uniqueViolation)
            #expect(unique?.constraint == "t_pkey")
            #expect(unique?.server?.table == "t")
            #expect(unique?.description.contains("(id)=(1)") == false)
            #expect(unique.map { Finding($0).code } == .alreadyExists)
            let check = await refused(.server) { try await db.execute("insert into t values (2, 'long')") }
            #expect(check?.constraint == "short")
            let null = await refused(.server) { try await db.execute("insert into t values (3, null)") }
            #expect(null?.server?.column == "name")
        }

        @Test("nobody listens: unreachable, and never sent")
        func nobodyListens() async throws {
            let error = await refused(.unreachable) {
                _ = try await PostgresConnection.connect(PostgresConfiguration("postgres://x@127.0.0.1:1/x"))
            }
            #expect(error?.wasSent == false)
            #expect(error.map { Finding($0).code } == .unreachable)
        }

        @Test("a password is asked for by SCRAM, and is in no description")
        func password() async throws {
            let db = try await connect()
            _ = try? await db.execute("create role needs_password login password 'open sesame'")
            let url = try PostgresServer.shared.get().url(user: "needs_password")
            var configuration = PostgresConfiguration(url)
            configuration.password = Secret("open sesame")
            let connection = try await PostgresConnection.connect(configuration)
            #expect(try await connection.queryOne("select current_user::text", as: String.self) == "needs_password")
            #expect(!"\(configuration)".contains("sesame"))
            configuration.password = Secret("wrong")
            let error = await refused(.unreachable) { _ = try await PostgresConnection.connect(configuration) }
            #expect(error?.description.contains("password authentication failed") == true)
            #expect(error?.description.contains("wrong") == false)
        }

        @Test("TLS modes are libpq's: required, verified against a root, refused with the wrong one")
        func tls() async throws {
            let server = try PostgresServer.shared.get()
            guard server.hasTLS else { return }
            let required = try await PostgresConnection.connect(PostgresConfiguration(server.url("sslmode=require")))
            let isTLS: SQL = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
            #expect(try await required.queryOne(isTLS, as: Bool.self))
            let root = "\(server.directory)/data/server.crt"
            let verified = try await PostgresConnection.connect(
                PostgresConfiguration(server.url("sslmode=verify-full&sslrootcert=\(root)")))
            #expect(try await verified.queryOne(isTLS, as: Bool.self))
            let big = try await verified.queryOne("select repeat('x', 5000000)", as: String.self)
            #expect(big.utf8.count == 5_000_000)
            _ = await refused(.unreachable) {
                _ = try await PostgresConnection.connect(
                    PostgresConfiguration(server.url("sslmode=verify-full&sslrootcert=/nowhere")))
            }
        }

        @Test("by the Unix socket, with keywords rather than a URL")
        func unixSocket() async throws {
            let server = try PostgresServer.shared.get()
            let db = try await PostgresConnection.connect(PostgresConfiguration(server.socketOptions()))
            #expect(try await db.queryOne("select inet_server_addr() is null", as: Bool.self))
            #expect(db.serverParameter("server_encoding") == "UTF8")
            #expect(db.serverProcess > 0)
        }

        @Test("the first host that lets us in is taken")
        func manyHosts() async throws {
            let server = try PostgresServer.shared.get()
            let url = "postgres://tester@127.0.0.1:1,127.0.0.1:\(server.port)/postgres?target_session_attrs=read-write"
            let db = try await PostgresConnection.connect(PostgresConfiguration(url))
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("a connection that was closed refuses what comes, and says that it was not sent")
        func closed() async throws {
            let db = try await connect()
            db.close()
            let error = await refused(.closed) { try await db.execute("select 1") }
            #expect(error?.wasSent == false)
        }

        @Test("what cannot be read as a connection string is told without repeating it")
        func connectionString() {
            #expect(throws: Finding.self) { try ConnectionString("postgres://me:secret@[x").check() }
            #expect(throws: Never.self) { try ConnectionString("service=main sslmode=require").check() }
            #expect(!"\(ConnectionString("password=secret"))".contains("secret"))
        }
    }
}
