/// Why no response came. A received response, whatever its status, is never a transport error.
public struct TransportError: Error, Sendable, Equatable {
    /// An open set: match with `==`, expect more.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String
        /// The name could not be resolved, or nobody listens there, or the way is blocked.
        public static let unreachable = Code(description: "unreachable")
        /// The peer's certificate, or ours, was refused.
        public static let tls = Code(description: "tls")
        /// A deadline passed.
        public static let timeout = Code(description: "timeout")
        /// The connection ended in the midst of the exchange.
        public static let disconnected = Code(description: "disconnected")
        /// The request or the transport's settings make no sense.
        public static let invalidRequest = Code(description: "invalidRequest")
        /// The transport was shut down.
        public static let closed = Code(description: "closed")
    }

    public let code: Code
    /// What happened, as a sentence, naming the peer; never holds a header or a body.
    public let message: String

    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
}

extension TransportError: CustomStringConvertible {
    public var description: String { message }
}
