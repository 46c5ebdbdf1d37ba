/// Where statements can be run: a ``PostgresPool``, a ``PostgresConnection``, a ``PostgresTransaction``.
///
/// All of them throw ``PostgresError``, and `CancellationError` where the task was cancelled; the statement is
/// cancelled on the server then. A function returns only when the server has answered, or the connection was given up.
public protocol PostgresClient: Sendable {
    /// Sends the statements together, without waiting for one before the next, and gives a result for each.
    ///
    /// Outside of a transaction they are one: all are done or none.
    /// - Parameter timeout: until all have ended; nil: what the configuration says.
    func run(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresRows]

    /// A connection for as long as `body` runs, which must not keep it.
    func withConnection<Result>(_ body: (PostgresConnection) async throws -> Result) async throws -> Result
}

extension PostgresClient {
    /// Runs a statement whose rows, if any, do not matter.
    /// - Returns: how many rows it touched.
    @discardableResult
    public func execute(_ sql: SQL, timeout: Duration? = nil) async throws -> Int {
        try await query(sql, timeout: timeout).affectedRows
    }

    /// All rows.
    public func query(_ sql: SQL, timeout: Duration? = nil) async throws -> PostgresRows {
        let results = try await run([sql], timeout: timeout)
        guard let rows = results.first else { throw PostgresError(.disconnected, "The server sent no result.") }
        return rows
    }

    /// The values of the only column: `as: Int.self`.
    public func query<Value: PostgresDecodable>(
        _ sql: SQL, as type: Value.Type, timeout: Duration? = nil
    ) async throws -> [Value] {
        try await query(sql, timeout: timeout).map { try $0.decodeOnly() }
    }

    /// All rows, each made of its columns: `as: (Int, String?).self`.
    public func query<each Value: PostgresDecodable>(
        _ sql: SQL, as type: (repeat each Value).Type, timeout: Duration? = nil
    ) async throws -> [(repeat each Value)] {
        let rows = try await query(sql, timeout: timeout)
        return try rows.map { try $0.decode((repeat each Value).self) }
    }

    /// All rows as values of a type that is made of one.
    public func query<Row: PostgresRowDecodable>(
        _ sql: SQL, as type: Row.Type, timeout: Duration? = nil
    ) async throws -> [Row] {
        try await query(sql, timeout: timeout).map { try Row(row: $0) }
    }

    /// All rows as values of a `Decodable` type, whose properties are the columns of their names.
    @_disfavoredOverload
    public func query<Row: Decodable>(
        _ sql: SQL, as type: Row.Type, timeout: Duration? = nil
    ) async throws -> [Row] {
        try await query(sql, timeout: timeout).map { try $0.decode(properties: Row.self) }
    }

    /// The one value there is.
    /// - Throws: ``PostgresError/Code/rowCount`` where there is no row, or more than one.
    public func queryOne<Value: PostgresDecodable>(
        _ sql: SQL, as type: Value.Type, timeout: Duration? = nil
    ) async throws -> Value {
        try await query(sql, timeout: timeout).one().decodeOnly()
    }

    /// The one row there is.
    public func queryOne<each Value: PostgresDecodable>(
        _ sql: SQL, as type: (repeat each Value).Type, timeout: Duration? = nil
    ) async throws -> (repeat each Value) {
        try await query(sql, timeout: timeout).one().decode((repeat each Value).self)
    }

    public func queryOne<Row: PostgresRowDecodable>(
        _ sql: SQL, as type: Row.Type, timeout: Duration? = nil
    ) async throws -> Row {
        try Row(row: try await query(sql, timeout: timeout).one())
    }

    @_disfavoredOverload
    public func queryOne<Row: Decodable>(
        _ sql: SQL, as type: Row.Type, timeout: Duration? = nil
    ) async throws -> Row {
        try await query(sql, timeout: timeout).one().decode(properties: Row.self)
    }

    /// The one value there is, or nil.
    /// - Throws: ``PostgresError/Code/rowCount`` where there are more rows.
    public func queryOneOrNone<Value: PostgresDecodable>(
        _ sql: SQL, as type: Value.Type, timeout: Duration? = nil
    ) async throws -> Value? {
        try await query(sql, timeout: timeout).oneOrNone().map { try $0.decodeOnly() }
    }

    /// The one row there is, or nil.
    public func queryOneOrNone<each Value: PostgresDecodable>(
        _ sql: SQL, as type: (repeat each Value).Type, timeout: Duration? = nil
    ) async throws -> (repeat each Value)? {
        guard let row = try await query(sql, timeout: timeout).oneOrNone() else { return nil }
        return try row.decode((repeat each Value).self)
    }

    public func queryOneOrNone<Row: PostgresRowDecodable>(
        _ sql: SQL, as type: Row.Type, timeout: Duration? = nil
    ) async throws -> Row? {
        try await query(sql, timeout: timeout).oneOrNone().map { try Row(row: $0) }
    }

    @_disfavoredOverload
    public func queryOneOrNone<Row: Decodable>(
        _ sql: SQL, as type: Row.Type, timeout: Duration? = nil
    ) async throws -> Row? {
        try await query(sql, timeout: timeout).oneOrNone().map { try $0.decode(properties: Row.self) }
    }

    /// Statements that go to the server together and, outside of a transaction, are one: a network's round trip for all
    /// of them rather than for each.
    ///
    ///     try await db.pipeline { batch in
    ///         for user in users { batch.add("insert into users (name) values (\(user.name))") }
    ///     }
    ///
    /// - Returns: a result for each, in order.
    @discardableResult
    public func pipeline(
        timeout: Duration? = nil, _ build: (inout PostgresBatch) throws -> Void
    ) async throws -> [PostgresRows] {
        var batch = PostgresBatch()
        try build(&batch)
        if batch.statements.isEmpty { return [] }
        return try await run(batch.statements, timeout: timeout)
    }
}

/// Statements for ``PostgresClient/pipeline(timeout:_:)``.
public struct PostgresBatch: Sendable {
    var statements: [SQL] = []
    public mutating func add(_ statement: SQL) { statements.append(statement) }
}
