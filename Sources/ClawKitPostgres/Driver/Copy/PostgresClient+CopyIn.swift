import CLibpq

extension PostgresClient {
    /// COPY … FROM STDIN: the fastest way of many rows into a table.
    ///
    ///     let count = try await db.copyIn("copy users (id, name) from stdin") { writer in
    ///         for user in users { try await writer.write(row: [String(user.id), user.name]) }
    ///     }
    ///
    /// When `body` throws, nothing is stored.
    /// - Parameter timeout: how long the server may take to accept a part; nil: what the configuration says.
    /// - Returns: the number of rows stored.
    @discardableResult
    public func copyIn(
        _ sql: SQL, timeout: Duration? = nil, _ body: (PostgresCopyWriter) async throws -> Void
    ) async throws -> Int {
        try sql.checkIsPlain()
        return try await withConnection { connection in
            try await ExclusiveUse.run(connection.session, sql.text, timeout: timeout) { use in
                guard let first = try await use.nextResult() else {
                    throw PostgresError(.misuse, "The statement is no COPY.")
                }
                try first.check()
                guard PQresultStatus(first.raw) == PGRES_COPY_IN else {
                    throw PostgresError(.misuse, "The statement is no COPY … FROM STDIN.")
                }
                let writer = PostgresCopyWriter(use)
                do {
                    try await body(writer)
                    try await writer.finish()
                } catch {
                    try? use.session.hold { raw, _ in _ = PQputCopyEnd(raw, "given up by the client") }
                    throw error
                }
                try use.session.hold { raw, _ in _ = PQputCopyEnd(raw, nil) }
                try await use.flush()
                var count = 0
                var failure: PostgresError?
                while let result = try await use.nextResult() {
                    if PQresultStatus(result.raw) == PGRES_FATAL_ERROR { failure = PostgresError(result.raw) }
                    count += result.affected
                }
                if let failure { throw failure }
                return count
            }
        }
    }
}

extension SQL {
    /// COPY has no parameters.
    func checkIsPlain() throws {
        if let problem { throw problem }
        guard parameters.isEmpty else {
            throw PostgresError(
                .badParameter, "COPY takes no parameters; select what is to be copied into a temporary table first.",
                wasSent: false)
        }
        guard !text.utf8.contains(0) else {
            throw PostgresError(.badParameter, "The statement holds a NUL character.", wasSent: false)
        }
    }
}

/// Where COPY's data is written to. It is sent in parts of 64 KiB; writing waits for a server that is slow.
public final class PostgresCopyWriter {
    private let use: ExclusiveUse
    private var buffer: [UInt8] = []
    private var isBinary = false
    private static let part = 64 << 10

    init(_ use: ExclusiveUse) {
        self.use = use
        buffer.reserveCapacity(Self.part + 4096)
    }

    /// Bytes in the form the statement names: text unless it says otherwise. Rows may be cut anywhere.
    public func write(_ bytes: [UInt8]) async throws {
        if buffer.isEmpty, bytes.count >= Self.part { return try await send(bytes) }
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.part { try await flush() }
    }

    public func write(_ text: String) async throws {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.part { try await flush() }
    }

    /// One row of the text form: what would end a field or a row is escaped; nil is NULL.
    /// <https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.2>
    public func write(row fields: [String?]) async throws {
        for (index, field) in fields.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: "\t")) }
            guard let field else {
                buffer.append(UInt8(ascii: "\\"))
                buffer.append(UInt8(ascii: "N"))
                continue
            }
            for byte in field.utf8 {
                switch byte {
                case UInt8(ascii: "\\"), UInt8(ascii: "\t"): buffer.append(UInt8(ascii: "\\"))
                case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                    buffer.append(UInt8(ascii: "\\"))
                    buffer.append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : UInt8(ascii: "r"))
                    continue
                default: break
                }
                buffer.append(byte)
            }
        }
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.part { try await flush() }
    }

    /// One row of the binary form, for `copy … from stdin (format binary)`: nothing is made to text and back.
    ///
    /// The types must be the columns' own: `Int` is `int8`, `Int32` is `int4`, `String` is `text`; the server converts
    /// nothing here. All rows are written so, or none.
    public func write<each Value: PostgresEncodable>(values: repeat each Value) async throws {
        if !isBinary { buffer.append(contentsOf: BinaryCopy.header) }
        isBinary = true
        var row = PostgresBytes(taking: &buffer)
        row.append(row: repeat each values)
        buffer = row.bytes
        if let problem = row.problem { throw PostgresError(.badParameter, problem) }
        if buffer.count >= Self.part { try await flush() }
    }

    func finish() async throws {
        if isBinary { buffer.append(contentsOf: BinaryCopy.end) }
        try await flush()
    }

    func flush() async throws {
        guard !buffer.isEmpty else { return }
        try await send(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private func send(_ bytes: [UInt8]) async throws {
        var start = 0
        while start < bytes.count {
            let end = min(start + (1 << 20), bytes.count)
            let status = try use.session.hold { raw, _ in
                bytes[start..<end].withUnsafeBytes {
                    PQputCopyData(raw, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
                }
            }
            guard status >= 0 else { throw PostgresError(.disconnected, "The connection to the server was lost.") }
            // 0: there is no room, which happens only while something is left to be sent.
            if status == 1 { start = end }
            try await use.flush()
        }
    }
}
