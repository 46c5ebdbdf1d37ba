/// Why something asked of PostgreSQL was not done.
///
/// A task that was cancelled gets `CancellationError` instead.
public struct PostgresError: Error, Sendable {
    /// An open set: match with `==`, expect more.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String
        /// No host of the connection string let us in; ``PostgresError/sqlState`` says why where a server answered.
        public static let unreachable = Code(description: "unreachable")
        /// The connection ended; ``PostgresError/sqlState`` says why where the server still could. Whether a statement
        /// under way was done is unknown, unless ``PostgresError/wasSent`` is false.
        public static let disconnected = Code(description: "disconnected")
        /// The server refused; see ``PostgresError/sqlState``.
        public static let server = Code(description: "server")
        /// A deadline passed; the statement was cancelled on the server.
        public static let timeout = Code(description: "timeout")
        /// A result was larger than the limit for those that are kept in memory.
        public static let resultTooLarge = Code(description: "resultTooLarge")
        /// A value cannot be sent: text with a NUL, a date out of range, more than 65,535 parameters.
        public static let badParameter = Code(description: "badParameter")
        /// A column is not there, is NULL, or does not have the Swift type's form.
        public static let decoding = Code(description: "decoding")
        /// A query that must give one row gave none or more.
        public static let rowCount = Code(description: "rowCount")
        /// No connection became free in time.
        public static let poolTimeout = Code(description: "poolTimeout")
        /// Too many wait for a connection already.
        public static let poolFull = Code(description: "poolFull")
        /// The pool or the connection was closed by its owner.
        public static let closed = Code(description: "closed")
        /// Asked for in a way that cannot work, such as COPY as a query.
        public static let misuse = Code(description: "misuse")
    }

    public let code: Code
    /// One sentence, never with SQL, parameters, or a password.
    public let message: String
    /// What the server says about it, where it came from the server.
    public let server: ServerReport?
    /// False where the statement never left this process, so that it can be given to another connection.
    public let wasSent: Bool

    public init(_ code: Code, _ message: String, server: ServerReport? = nil, wasSent: Bool = true) {
        (self.code, self.message, self.server, self.wasSent) = (code, message, server, wasSent)
    }

    public var sqlState: SQLState? { server?.sqlState }
    /// The violated constraint's name.
    public var constraint: String? { server?.constraint }

    /// Whether the same transaction, run again as a whole, can succeed: a serialization failure or a deadlock.
    public var isTransient: Bool { sqlState == .serializationFailure || sqlState == .deadlockDetected }
}

/// What a server reports with an error.
/// <https://www.postgresql.org/docs/15/protocol-error-fields.html>
public struct ServerReport: Sendable, Hashable {
    public var sqlState: SQLState
    /// ERROR, FATAL or PANIC, whatever the server's language.
    public var severity: String
    public var message: String
    /// May hold values of rows; not part of any description.
    public var detail: String?
    public var hint: String?
    /// Where in the statement, in characters, from 1.
    public var position: Int?
    public var schema: String?
    public var table: String?
    public var column: String?
    public var dataType: String?
    public var constraint: String?
    /// The stack of PL/pgSQL functions and the like.
    public var context: String?
    /// The server's C function.
    public var routine: String?

    /// Whether the server ended the connection with it.
    public var isFatal: Bool { severity == "FATAL" || severity == "PANIC" }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        sqlState.map { "\(message) [SQLSTATE \($0)]" } ?? message
    }
}

extension PostgresError {
    static let closedByOwner = PostgresError(.closed, "The connection was closed.", wasSent: false)
}
