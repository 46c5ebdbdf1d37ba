import ArticleTesting
import ClawBase
import ClawKitPostgres
import Synchronization
import Testing

private enum Types {
    // ARTICLE: types
    struct Account: Decodable {
        var id: Int64
        var owner: String
        var cents: Int64
    }

    struct TenantID: PostgresCodable {
        var number: Int64

        static var postgresType: PostgresType { .int8 }
        func encode(into bytes: inout PostgresBytes) { number.encode(into: &bytes) }
        init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
            number = try Int64(postgres: bytes, type: type)
        }
        init(_ number: Int64) { self.number = number }
    }

    enum Plan: String, PostgresCodable { case free, paid }
    // ARTICLE: end
}

private typealias Account = Types.Account
private typealias TenantID = Types.TenantID

private func connecting() async throws {
    // ARTICLE: connect
    let db = PostgresPool(.init("postgres://app@db.example/app?sslmode=verify-full", maximum: 20))
    let version = try await db.queryOne("show server_version", as: String.self)
    // ARTICLE: end
    _ = version
}

private func querying(_ db: PostgresPool, tenant: TenantID, ids: [Int64], column: String) async throws -> [Account] {
    // ARTICLE: query
    let accounts = try await db.query(
        "select id, owner, cents from accounts where tenant = \(tenant) and id = any(\(ids))", as: Account.self)
    let pairs = try await db.query("select id, owner from accounts", as: (Int64, String?).self)
    let total = try await db.queryOne("select coalesce(sum(cents), 0) from accounts", as: Int64.self)
    let touched = try await db.execute("update accounts set cents = 0 where tenant = \(tenant)")
    // ARTICLE: end

    // ARTICLE: fragments
    var filter: SQL = "tenant = \(tenant)"
    if !ids.isEmpty { filter = filter + " and id = any(\(ids))" }
    let sorted = try await db.query(
        "select id from accounts where \(filter) order by \(identifier: column)", as: Int64.self)
    // ARTICLE: end
    _ = (pairs, total, touched, sorted)
    return accounts
}

private func transacting(_ db: PostgresPool, from: Int64, to: Int64, cents: Int64) async throws {
    struct TooPoor: Error {}
    // ARTICLE: transaction
    try await db.transaction(.serializable) { tx in
        let balance = try await tx.queryOne("select cents from accounts where id = \(from)", as: Int64.self)
        guard balance >= cents else { throw TooPoor() }
        try await tx.execute("update accounts set cents = cents - \(cents) where id = \(from)")
        try await tx.execute("update accounts set cents = cents + \(cents) where id = \(to)")
    }
    // ARTICLE: end
}

private func failing(_ db: PostgresPool) async throws -> Bool {
    // ARTICLE: errors
    do {
        try await db.execute("insert into accounts (id, tenant, owner, cents) values (1, 1, 'Ada', 0)")
    } catch let error as PostgresError where error.sqlState == .uniqueViolation {
        return error.constraint == "accounts_pkey"
    }
    // ARTICLE: end
    return false
}

private func bulk(_ db: PostgresPool, owners: [String]) async throws -> Int {
    // ARTICLE: pipeline
    try await db.pipeline { batch in
        for owner in owners { batch.add("insert into owners (name) values (\(owner))") }
    }
    // ARTICLE: end

    // ARTICLE: copy
    let count = try await db.copyIn("copy owners (name) from stdin") { writer in
        for owner in owners { try await writer.write(row: [owner]) }
    }
    // ARTICLE: end

    // ARTICLE: stream
    var longest = ""
    try await db.stream("select name from owners", as: String.self) { names in
        for try await name in names where name.utf8.count > longest.utf8.count { longest = name }
    }
    // ARTICLE: end
    return count
}

private func listening(_ db: PostgresPool, lookForJobs: () async throws -> Void) async throws {
    // ARTICLE: listen
    try await db.listen(to: ["jobs"]) { events in
        // The first event is that it listens; later ones of that kind, that something may have been missed.
        for try await _ in events { try await lookForJobs() }
    }
    // ARTICLE: end
}

private func migrating(_ db: PostgresPool) async throws {
    // ARTICLE: migrations
    let schema = try Migrations([
        Migration(
            1, "accounts",
            """
            create table accounts (id int8 primary key, tenant int8 not null, owner text, cents int8 not null);
            create index on accounts (tenant);
            """),
        Migration(2, "owners", "create table owners (name text not null)"),
    ])
    try await schema.apply(to: db)
    // ARTICLE: end
}

private func service(_ db: PostgresPool) async throws {
    // ARTICLE: run
    try await withThrowingTaskGroup { group in
        group.addTask { try await db.run() }
        try await withTaskExecutorPreference(postgresExecutor) {
            for _ in 0..<1000 { try await db.execute("select 1") }
        }
        group.cancelAll()
    }
    // ARTICLE: end
}

@Suite struct PostgresArticle {
    @Test("the article shows what is compiled here")
    func blocks() throws {
        let article = try Article("Docs/postgres.md", compiledIn: #filePath)
        #expect(!article.names.isEmpty)
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "\(name) is not in the article as it is here")
        }
        #expect(article.fences.count == article.names.count)
    }
}

extension Postgres {
    @Suite struct PostgresArticleRuns {
        @Test("and what it shows works")
        func works() async throws {
            let admin = try await connect()
            try await admin.execute("drop database if exists article with (force)")
            try await admin.execute("create database article")
            let db = PostgresPool(.init(try shared(database: "article"), maximum: 4))
            try await migrating(db)
            try await db.execute("insert into accounts values (1, 7, 'Ada', 100), (2, 7, 'Bob', 0), (3, 8, null, 5)")
            try await transacting(db, from: 1, to: 2, cents: 60)
            #expect(try await db.query("select cents from accounts order by id", as: Int64.self) == [40, 60, 5])
            #expect(try await failing(db))
            let accounts = try await querying(db, tenant: TenantID(7), ids: [1, 2, 3], column: "id")
            #expect(accounts.map(\.owner) == ["Ada", "Bob"])
            #expect(try await bulk(db, owners: ["x", "yy"]) == 2)
            try await service(db)
        }
    }
}
