import CLibpq

extension PostgresClient {
    /// COPY … TO STDOUT: the fastest way of many rows out of a table or query.
    ///
    ///     try await db.copyOut("copy users to stdout (format csv)") { parts in
    ///         for try await part in parts { try file.write(part) }
    ///     }
    ///
    /// Whatever `body` leaves is not fetched: the statement is cancelled.
    /// - Parameter timeout: how long the next part may take; nil: what the configuration says.
    public func copyOut<Result>(
        _ sql: SQL, timeout: Duration? = nil, _ body: (PostgresCopyStream) async throws -> Result
    ) async throws -> Result {
        try sql.checkIsPlain()
        return try await withConnection { connection in
            var answer: Result?
            do {
                return try await ExclusiveUse.run(connection.session, sql.text, timeout: timeout) { use in
                    guard let first = try await use.nextResult() else {
                        throw PostgresError(.misuse, "The statement is no COPY.")
                    }
                    try first.check()
                    guard PQresultStatus(first.raw) == PGRES_COPY_OUT else {
                        throw PostgresError(.misuse, "The statement is no COPY … TO STDOUT.")
                    }
                    let stream = PostgresCopyStream(source: CopySource(use))
                    let result = try await body(stream)
                    answer = result
                    guard stream.source.isOver else { throw LeftEarly() }
                    return result
                }
            } catch is LeftEarly {
                // The statement is cancelled by now.
                guard let answer else { throw PostgresError(.misuse, "COPY ended before it began.") }
                return answer
            }
        }
    }
}

private struct LeftEarly: Error {}

/// COPY's data in parts of about 64 KiB, each of whole rows. One iteration.
public struct PostgresCopyStream: AsyncSequence {
    fileprivate let source: CopySource

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: CopySource
        public mutating func next() async throws -> [UInt8]? { try await source.next() }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(source: source) }
}

private final class CopySource {
    private let use: ExclusiveUse
    private(set) var isOver = false
    private static let part = 64 << 10

    init(_ use: ExclusiveUse) { self.use = use }

    func next() async throws -> [UInt8]? {
        while !isOver {
            let (bytes, ended) = try use.session.hold { raw, _ in Self.take(raw) }
            if ended {
                isOver = true
                try await end()
            }
            if !bytes.isEmpty { return bytes }
            if !ended { try await use.session.waitForSocket(.read, deadline: use.session.deadline(use.timeout)) }
        }
        return nil
    }

    /// The rows that are there, up to a part.
    private static func take(_ raw: OpaquePointer) -> (bytes: [UInt8], ended: Bool) {
        var bytes: [UInt8] = []
        var hasRead = false
        while bytes.count < part {
            var row: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(raw, &row, 1)
            if count == 0 {
                // Nothing whole is left; perhaps more has come.
                if hasRead, bytes.isEmpty { break }
                if hasRead { break }
                hasRead = PQconsumeInput(raw) == 1
                if !hasRead { return (bytes, true) }
                continue
            }
            guard count > 0, let row else { return (bytes, true) }
            if bytes.isEmpty { bytes.reserveCapacity(part + 4096) }
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(count)))
            PQfreemem(row)
            hasRead = false
        }
        return (bytes, false)
    }

    private func end() async throws {
        var failure: PostgresError?
        while let result = try await use.nextResult() {
            if PQresultStatus(result.raw) == PGRES_FATAL_ERROR { failure = PostgresError(result.raw) }
        }
        if let failure { throw failure }
    }
}
