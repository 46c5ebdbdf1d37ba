import CLibpq

/// Rows as they come, for results that need not, or cannot, be in memory as a whole.
///
/// The server is read from only as fast as rows are taken. One iteration.
public struct PostgresStream<Element>: AsyncSequence {
    fileprivate let source: RowSource
    fileprivate let decode: (PostgresRow) throws -> Element

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: RowSource
        fileprivate let decode: (PostgresRow) throws -> Element
        private var batch: [PostgresRow] = []
        private var position = 0

        fileprivate init(_ source: RowSource, _ decode: @escaping (PostgresRow) throws -> Element) {
            (self.source, self.decode) = (source, decode)
        }

        /// - Throws: ``PostgresError``; ``PostgresError/Code/timeout`` where the next row does not come in time.
        public mutating func next() async throws -> Element? {
            if position == batch.count {
                batch = try await source.next()
                position = 0
            }
            guard position < batch.count else { return nil }
            defer { position += 1 }
            return try decode(batch[position])
        }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(source, decode) }
}

extension PostgresClient {
    /// Hands the rows to `body` as they come. Whatever `body` leaves is not fetched: the statement is cancelled.
    ///
    /// The connection has nothing else to do meanwhile; in a transaction, a statement within `body` would wait for
    /// ever.
    /// - Parameter timeout: how long the next row may take; nil: what the configuration says.
    public func stream<Result>(
        _ sql: SQL, timeout: Duration? = nil, _ body: (PostgresStream<PostgresRow>) async throws -> Result
    ) async throws -> Result {
        try await stream(sql, timeout: timeout, decode: { $0 }, body)
    }

    /// The same with each row made of its columns: `as: (Int, String?).self`.
    public func stream<each Value: PostgresDecodable, Result>(
        _ sql: SQL, as type: (repeat each Value).Type, timeout: Duration? = nil,
        _ body: (PostgresStream<(repeat each Value)>) async throws -> Result
    ) async throws -> Result {
        try await stream(sql, timeout: timeout, decode: { try $0.decode((repeat each Value).self) }, body)
    }

    public func stream<Value: PostgresDecodable, Result>(
        _ sql: SQL, as type: Value.Type, timeout: Duration? = nil,
        _ body: (PostgresStream<Value>) async throws -> Result
    ) async throws -> Result {
        try await stream(sql, timeout: timeout, decode: { try $0.decodeOnly() }, body)
    }

    public func stream<Row: PostgresRowDecodable, Result>(
        _ sql: SQL, as type: Row.Type, timeout: Duration? = nil,
        _ body: (PostgresStream<Row>) async throws -> Result
    ) async throws -> Result {
        try await stream(sql, timeout: timeout, decode: { try Row(row: $0) }, body)
    }

    @_disfavoredOverload
    public func stream<Row: Decodable, Result>(
        _ sql: SQL, as type: Row.Type, timeout: Duration? = nil,
        _ body: (PostgresStream<Row>) async throws -> Result
    ) async throws -> Result {
        try await stream(sql, timeout: timeout, decode: { try $0.decode(properties: Row.self) }, body)
    }

    private func stream<Element, Result>(
        _ sql: SQL, timeout: Duration?, decode: @escaping (PostgresRow) throws -> Element,
        _ body: (PostgresStream<Element>) async throws -> Result
    ) async throws -> Result {
        if let problem = sql.problem { throw problem }
        return try await withConnection { connection in
            let source = RowSource(sql, connection.session, timeout)
            try await source.begin()
            do {
                let result = try await body(PostgresStream(source: source, decode: decode))
                await source.end()
                return result
            } catch {
                await source.end()
                throw error
            }
        }
    }
}

/// Pulls rows of one statement out of a session that it holds.
private final class RowSource: Sendable {
    private let session: Session
    private let operation: Operation
    private let timeout: Duration?
    private static let batch = 256

    init(_ sql: SQL, _ session: Session, _ timeout: Duration?) {
        (self.session, self.timeout) = (session, timeout)
        operation = Operation([sql], isStream: true, limit: .max, deadline: .never)
    }

    func begin() async throws {
        try await session.takeTurn(.stream, deadline: session.deadline(timeout))
        session.change { state, completions in
            if state.closed == nil { state.send(operation, session.loop, &completions) }
        }
    }

    /// Rows that are there, at least one; none at the end.
    func next() async throws -> [PostgresRow] {
        while true {
            let (rows, isOver, mustWrite) = try session.change { state, completions in
                try pull(&state, &completions)
            }
            if !rows.isEmpty || isOver { return rows }
            try await session.waitForSocket(mustWrite ? [.read, .write] : .read, deadline: session.deadline(timeout))
        }
    }

    private func pull(
        _ state: inout SessionState, _ completions: inout Completions
    ) throws -> (rows: [PostgresRow], isOver: Bool, mustWrite: Bool) {
        var rows: [PostgresRow] = []
        if operation.isDone {
            if let error = operation.error { throw error }
            return ([], true, false)
        }
        if let closed = state.closed { throw closed }
        let mustWrite = PQflush(state.raw) == 1
        while rows.count < Self.batch, !operation.isDone {
            if PQisBusy(state.raw) == 1 {
                guard rows.isEmpty else { break }
                PQconsumeInput(state.raw)
                if PQisBusy(state.raw) == 1 { break }
            }
            guard case .execute(let current, let prepared) = state.expected.first, current === operation else {
                state.takeResults(session.loop, &completions)
                guard state.closed == nil else { break }
                if case .execute = state.expected.first { continue }
                break
            }
            guard let result = PQgetResult(state.raw) else {
                state.advance()
                continue
            }
            switch PQresultStatus(result) {
            case PGRES_SINGLE_TUPLE:
                let memory = ResultMemory(result)
                rows.append(PostgresRow(memory: memory, columns: state.columns(result, prepared), index: 0))
                continue
            case PGRES_FATAL_ERROR: if let first = state.expected.first { state.note(PostgresError(result), first) }
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                PQclear(result)
                state.fail(PostgresError(.misuse, "COPY is no query."), session.loop, &completions)
                return (rows, false, false)
            default: break
            }
            PQclear(result)
        }
        if rows.isEmpty, operation.isDone {
            if let error = operation.error { throw error }
            return ([], true, false)
        }
        return (rows, false, mustWrite)
    }

    /// Leaves the session in order: what was not read is cancelled and passed over.
    func end() async {
        session.giveBack()
        session.end(operation, .abandoned)
        do {
            _ = try await withUnsafeThrowingContinuation { (continuation: Operation.Continuation) in
                session.change { state, completions in
                    if operation.isDone { return completions.add(continuation, .success([])) }
                    operation.continuation = continuation
                }
            }
        } catch {
            // Its error was thrown to the consumer, or is that it was cancelled.
        }
    }
}
