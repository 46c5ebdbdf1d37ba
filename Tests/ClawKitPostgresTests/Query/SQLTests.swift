import ClawKitPostgres
import Testing

@Suite struct SQLTexts {
    @Test("interpolation binds, and never splices")
    func binding() {
        let name = "'; drop table users; --"
        let sql: SQL = "select * from users where name = \(name) and id = \(7) or x is \(Int?.none)"
        #expect(sql.text == "select * from users where name = $1 and id = $2 or x is $3")
        #expect(sql.parameterCount == 3)
        #expect(!"\(sql)".contains("drop"))
    }

    @Test("statements within statements keep their parameters, numbered anew; a $1 in a literal stays")
    func fragments() {
        let filter: SQL = "a = \(1) and b = '$1' and c = \("x")"
        let sql: SQL = "select \(0) from t where \(filter) order by \(identifier: "weird\"name")"
        #expect(sql.text == "select $1 from t where a = $2 and b = '$1' and c = $3 order by \"weird\"\"name\"")
        #expect(sql.parameterCount == 3)
        let many = (1...12).map { "\($0)" as SQL }.joined(", ")
        let all: SQL = "(\(many)) (\(many))"
        #expect(all.text.hasPrefix("($1, $2,") && all.text.hasSuffix("$23, $24)"))
        #expect((SQL(verbatim: "a ") + "b = \(1)").text == "a b = $1")
    }
}

struct User: PostgresRowDecodable, Equatable {
    var id: Int
    var name: String
    init(row: PostgresRow) throws {
        id = try row.decode(0)
        name = try row.decode("name")
    }
}

struct Wallet: Decodable, Equatable {
    enum State: String, Decodable { case open, closed }
    var id: Int64
    var cents: Int64
    var state: State
    var note: String?
    var tags: [String]
    var small: UInt8
}

extension Postgres {
    @Suite struct Querying {
        @Test("rows become types of yours: by their own initialiser, by names, as tuples")
        func typedRows() async throws {
            let db = try await connect()
            let users = try await db.query("select 1 as id, 'Ada' as name union all select 2, 'Bob'", as: User.self)
            #expect(users.map(\.name) == ["Ada", "Bob"])
            let accounts = try await db.query(
                """
                select 9223372036854775807 as id, 5::int2 as cents, 'open' as state, null::text as note,
                    array['a', 'b'] as tags, 255 as small, 'more' as ignored
                """, as: Wallet.self)
            #expect(
                accounts == [
                    Wallet(id: .max, cents: 5, state: .open, note: nil, tags: ["a", "b"], small: 255)
                ])
            let missing = await refused(.decoding) { _ = try await db.query("select 1 as id", as: Wallet.self) }
            #expect(missing?.message.contains("no column cents") == true)
        }

        @Test("one row, one or none, and what there is otherwise")
        func oneRow() async throws {
            let db = try await connect()
            #expect(try await db.queryOneOrNone("select 1 where false", as: Int.self) == nil)
            #expect(try await db.queryOneOrNone("select 1", as: (Int).self) == 1)
            _ = await refused(.rowCount) { _ = try await db.queryOne("select 1 where false", as: Int.self) }
            _ = await refused(.rowCount) { _ = try await db.queryOneOrNone("values (1), (2)", as: Int.self) }
        }

        @Test("touched rows are counted")
        func affected() async throws {
            let db = try await connect()
            try await db.execute("create temporary table t (n int)")
            #expect(try await db.execute("insert into t select generate_series(1, 7)") == 7)
            #expect(try await db.execute("update t set n = 0 where n > 5") == 2)
            #expect(try await db.execute("delete from t where n > 100") == 0)
        }

        @Test(
            "names of tables and columns are quoted, whatever stands in them",
            arguments: [
                "plain", "With Space", "quo\"te", "'; drop table t; --", "select", "é👩‍👩‍👧", "$1", "a\\b", "\n",
            ])
        func identifiers(_ name: String) async throws {
            let db = try await connect()
            try await db.execute("create temporary table \(identifier: name) (\(identifier: name) text)")
            try await db.execute("insert into \(identifier: name) values (\(name))")
            let rows = try await db.query("select \(identifier: name) from \(identifier: name)")
            #expect(rows.columns.names == [name])
            #expect(try rows[0].decode(name, as: String.self) == name)
        }

        @Test("statements of several tasks on one connection are answered each to its own")
        func concurrentQueries() async throws {
            let db = try await connect()
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<500 {
                    group.addTask { (number, try await db.queryOne("select \(number) * 2", as: Int.self)) }
                }
                for try await (number, double) in group { #expect(double == number * 2) }
            }
        }

        @Test("an error in one of several concurrent statements is nobody else's")
        func concurrentErrors() async throws {
            let db = try await connect()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        do {
                            return try await db.queryOne("select 10 / \(number % 2)", as: Int.self) == 10
                        } catch let error as PostgresError {
                            return number % 2 == 0 && error.sqlState?.rawValue == "22012"
                        }
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }

        @Test("a pipeline is one: all or nothing, a result for each")
        func pipeline() async throws {
            let db = try await connect()
            try await db.execute("create temporary table t (n int primary key)")
            let results = try await db.pipeline { batch in
                for number in 0..<1000 { batch.add("insert into t values (\(number))") }
                batch.add("select count(*) from t")
            }
            #expect(results.count == 1001)
            #expect(try results[1000].one().decode(0) == 1000)
            let error = await refused(.server) {
                try await db.pipeline { batch in
                    batch.add("insert into t values (5000)")
                    batch.add("insert into t values (1)")
                    batch.add("insert into t values (5001)")
                }
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(try await db.queryOne("select count(*) from t", as: Int.self) == 1000)
        }

        @Test("a pipeline larger than all buffers does not block itself")
        func largePipeline() async throws {
            let db = try await connect()
            let text = String(repeating: "x", count: 20_000)
            let results = try await db.pipeline { batch in
                for _ in 0..<300 { batch.add("select \(text)::text") }
            }
            #expect(try results.allSatisfy { try $0.one().decode(0, as: String.self).utf8.count == 20_000 })
        }

        @Test("a deferred constraint fails at the end of the statement's own transaction, and is told")
        func deferredConstraint() async throws {
            let db = try await connect()
            try await db.execute("create temporary table p (id int primary key)")
            try await db.execute("create temporary table c (p int references p deferrable initially deferred)")
            let error = await refused(.server) { try await db.execute("insert into c values (1)") }
            #expect(error?.sqlState == .foreignKeyViolation)
            #expect(try await db.queryOne("select count(*) from c", as: Int.self) == 0)
        }

        @Test("statements are prepared once, and the least recently used is forgotten by the server too")
        func preparedStatements() async throws {
            let db = try await connect { $0.preparedStatements = 3 }
            let count: SQL = "select count(*) from pg_prepared_statements where name like 'claw%'"
            for number in 0..<10 {
                let text = SQL(verbatim: "select \(number) + ")
                #expect(try await db.queryOne("\(text)\(1)", as: Int.self) == number + 1)
            }
            #expect(try await db.queryOne(count, as: Int.self) == 3)
            #expect(try await db.queryOne("select \(1)", as: Int.self) == 1)
            #expect(try await db.queryOne("select \(Int32(1))", as: Int.self) == 1)
            #expect(try await db.queryOne("select \("x")", as: String.self) == "x")
        }

        @Test("making room for a statement in a transaction that has failed tells of the failure")
        func evictionInFailedTransaction() async throws {
            let db = try await connect { $0.preparedStatements = 1 }
            let error = await refused(.server) {
                try await db.transaction { tx in
                    _ = try? await tx.execute("select 1 / 0")
                    try await tx.execute("select 2")
                }
            }
            #expect(error?.sqlState == .inFailedTransaction)
            #expect(try await db.queryOne("select 3", as: Int.self) == 3)
        }

        @Test("without prepared statements, for poolers")
        func unprepared() async throws {
            let db = try await connect { $0.preparedStatements = 0 }
            #expect(try await db.queryOne("select \(1) + 1", as: Int.self) == 2)
            #expect(try await db.queryOne("select count(*) from pg_prepared_statements", as: Int.self) == 0)
        }

        @Test("a statement whose table has changed is prepared anew, also after DISCARD ALL")
        func stalePlans() async throws {
            let db = try await connect()
            try await db.execute("create temporary table t as select 1 as a")
            #expect(try await db.query("select * from t").columns.names == ["a"])
            try await db.execute("alter table t add column b text default 'x'")
            let rows = try await db.query("select * from t")
            #expect(rows.columns.names == ["a", "b"])
            #expect(try rows[0].decode("b", as: String.self) == "x")
            try await db.execute("deallocate all")
            #expect(try await db.query("select * from t").count == 1)
        }

        @Test("a result larger than the limit ends, with its connection")
        func tooLarge() async throws {
            let db = try await connect { $0.maximumResultBytes = 1 << 20 }
            #expect(try await db.queryOne("select repeat('x', 900000)", as: String.self).count == 900_000)
            _ = await refused(.resultTooLarge) {
                _ = try await db.query("select repeat('x', 1000) from generate_series(1, 100000)")
            }
        }

        @Test("COPY as a query is refused with a word")
        func copyAsQuery() async throws {
            let db = try await connect()
            _ = await refused(.misuse) { try await db.execute("copy (select 1) to stdout") }
        }

        @Test("a script has many statements, and is one transaction")
        func script() async throws {
            let db = try await connect()
            try await db.executeScript(
                "create temporary table t (n int); insert into t values (1), (2); select * from t;")
            _ = await refused(.server) { try await db.executeScript("insert into t values (3); select 1 / 0;") }
            #expect(try await db.queryOne("select count(*) from t", as: Int.self) == 2)
        }
    }
}
