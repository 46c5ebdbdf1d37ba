/// How a transaction behaves. <https://www.postgresql.org/docs/15/sql-set-transaction.html>
public struct TransactionOptions: Sendable, Hashable {
    public enum Isolation: String, Sendable {
        case readCommitted = "read committed"
        case repeatableRead = "repeatable read"
        case serializable
    }

    /// nil: the server's default, read committed unless it was told otherwise.
    public var isolation: Isolation?
    public var isReadOnly = false
    /// With serializable and read-only: waits until it can run without ever being rolled back.
    public var isDeferrable = false
    /// How many times in all the body may run, where the server rolled it back for a serialization failure or a
    /// deadlock.
    public var attempts: Int

    public init(_ isolation: Isolation? = nil, readOnly: Bool = false, deferrable: Bool = false, attempts: Int = 5) {
        (self.isolation, isReadOnly, isDeferrable, self.attempts) = (isolation, readOnly, deferrable, attempts)
    }

    public static let standard = TransactionOptions()
    public static let repeatableRead = TransactionOptions(.repeatableRead)
    public static let serializable = TransactionOptions(.serializable)

    var begin: SQL {
        var text = "begin"
        if let isolation { text += " isolation level \(isolation.rawValue)" }
        if isReadOnly { text += " read only" }
        if isDeferrable { text += " deferrable" }
        return SQL(verbatim: text)
    }
}
