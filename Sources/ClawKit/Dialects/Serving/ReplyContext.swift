public import HTTPTypes

/// What an answer says of itself besides what the upstream said: the gateway's own names, given by the caller, for
/// nothing here reads a clock or throws dice.
public struct ReplyContext: Sendable, Hashable {
    /// A name of this answer without any dialect's prefix: letters, digits, `-` and `_`.
    public var id: String
    /// The model's name as the client knows it.
    public var model: String
    /// Seconds since 1970.
    public var created: Int
    /// Whether the client asked for usage in the stream.
    public var includesUsage: Bool

    public init(id: String, model: String, created: Int, includesUsage: Bool = false) {
        (self.id, self.model, self.created, self.includesUsage) = (id, model, created, includesUsage)
    }

    public init(_ request: ModelRequest, id: String, created: Int) {
        self.init(id: id, model: request.model, created: created, includesUsage: request.wantsStreamUsage)
    }
}

/// A whole reply to a client.
public struct DialectReply: Sendable, Hashable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: [UInt8]

    public init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: [UInt8]) {
        (self.status, self.headers, self.body) = (status, headers, body)
        if self.headers[.contentType] == nil { self.headers[.contentType] = "application/json" }
    }
}
