/// How much a dialect's parser takes before it refuses.
public struct DialectLimits: Sendable, Hashable {
    /// How many bytes a request may have.
    public var requestBytes = 64 << 20
    /// How many bytes a whole answer may have, streamed or not.
    public var answerBytes = 64 << 20
    /// How many bytes one event of a stream may have on the wire.
    public var eventBytes = 8 << 20
    /// How deep JSON may nest.
    public var depth = 128
    public var messages = 16_384
    /// How many parts one message may have.
    public var parts = 16_384
    public var tools = 2_048
    public var stopSequences = 256
    /// How many inputs one request for embeddings may have.
    public var inputs = 4_096
    /// How many parts (texts, thoughts, tool calls) a streamed answer may have.
    public var answerParts = 4_096

    public init() {}
}
