import ClawBase
public import ClawDialects

/// What became of a request and why: which deployments there were, which were tried, how long each took.
public struct DecisionTrace: Sendable {
    public struct Attempt: Sendable {
        public var model: String
        public var deployment: String
        /// Since the request came.
        public var began: Duration
        public var ended: Duration?
        public var firstToken: Duration?
        public var outcome: Outcome?
        /// Why the others were not asked, in words.
        public var passedOver: [String: String]
        public var isHedge = false
        /// As metrics call the model, and who serves the deployment.
        var label: String
        var provider: String
    }

    public enum Outcome: Sendable, Hashable {
        case answered
        case failed(ModelError.Kind, String)
        /// Another attempt was quicker, or the client left.
        case cancelled
    }

    /// What the cache of answers did.
    public enum Cache: Sendable, Hashable {
        /// No upstream was asked.
        case hit(age: Duration, timeToLive: Duration)
        case missed
        /// The client did not want what is kept.
        case passedBy
    }

    public var id: String
    public var model: String
    /// nil: answers to this key are not kept.
    public var cache: Cache?
    public var attempts: [Attempt] = []
    /// Pauses between attempts, and what for.
    public var waits: [String] = []
    public var cost: Int64 = 0
    /// Attempts beyond the first at the same model, and models beyond the first.
    public var retries: Int { max(0, attempts.count - 1) }
    public var fallbacks: Int {
        var models: [String] = []
        for attempt in attempts where models.last != attempt.model { models.append(attempt.model) }
        return max(0, models.count - 1)
    }

    public init(id: String, model: String) { (self.id, self.model) = (id, model) }
}
