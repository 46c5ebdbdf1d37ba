/// What NOTIFY sent.
public struct PostgresNotification: Sendable, Hashable {
    public let channel: String
    /// Less than 8,000 bytes; empty where none was given.
    public let payload: String
    /// The process identifier of the server's session that sent it.
    public let sender: Int32
}
