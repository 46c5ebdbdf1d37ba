public import ClawBase
public import ClawDialects
public import HTTPTypes
import Synchronization

/// One attempt to have a request answered by one upstream.
public struct ModelCall: Sendable {
    /// The client's request, its own bytes included.
    public let request: ClientRequest
    /// The client's headers; only those that belong to its dialect go further.
    public let headers: HTTPFields
    /// The most tokens that the answer may have; nil: whatever the request says.
    public var maxOutputTokens: Int?
    /// The gateway's own names for the answer.
    public var context: ReplyContext
    public var deadlines: AttemptDeadlines
    /// Whether the answer is wanted in the intermediate form, though the upstream speaks the client's dialect.
    public var wantsEvents = false
    private let form: DecodedForm

    public init(
        _ request: ClientRequest, headers: HTTPFields = [:], maxOutputTokens: Int? = nil, context: ReplyContext,
        deadlines: AttemptDeadlines
    ) {
        (self.request, self.headers, self.maxOutputTokens) = (request, headers, maxOutputTokens)
        (self.context, self.deadlines) = (context, deadlines)
        form = DecodedForm(request)
    }

    /// The request in the intermediate form; read when it is asked for, once for all attempts.
    /// - Throws: ``ModelError`` that names the member and what it should be.
    public func decoded() throws(ModelError) -> ModelRequest {
        var decoded = try form.value()
        if let maxOutputTokens { decoded.maxOutputTokens = maxOutputTokens }
        if let continuation { decoded.messages.append(ModelMessage(.assistant, continuation)) }
        return decoded
    }

    /// What of the answer has been delivered already, for an upstream that is to go on from there.
    public var continuation: String?
}

/// A request's intermediate form, made once.
private final class DecodedForm: Sendable {
    private let request: ClientRequest
    private let made = Mutex<Result<ModelRequest, ModelError>?>(nil)

    init(_ request: ClientRequest) { self.request = request }

    func value() throws(ModelError) -> ModelRequest {
        let request = request
        let result = made.withLock { made in
            if let made { return made }
            let new = Result { () throws(ModelError) in try request.decoded() }
            made = new
            return new
        }
        return try result.get()
    }
}

/// How long an attempt may take, at each of its stages.
public struct AttemptDeadlines: Sendable, Hashable {
    /// Until a new connection; nil: the transport's own.
    public var connect: Duration?
    /// Until the head of the answer.
    public var headers: Duration
    /// Until the model has said its first word; comments that keep the connection alive are none.
    public var firstToken: Duration
    /// Between two words.
    public var betweenTokens: Duration
    /// When the whole request must have its end.
    public var until: Timestamp

    public init(headers: Duration, firstToken: Duration, betweenTokens: Duration, until: Timestamp) {
        (self.headers, self.firstToken) = (headers, firstToken)
        (self.betweenTokens, self.until) = (betweenTokens, until)
    }
}
