public import ClawDocuments

extension TraefikMiddleware {
    /// So many requests in a period, by client.
    public struct RateLimit: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            average: Int? = nil, period: IntOrString? = nil, burst: Int? = nil, sourceCriterion: JSON? = nil,
            redis: JSON? = nil
        ) {
            document = JSONObject()
            document.set("average", average)
            document.set("period", period)
            document.set("burst", burst)
            document.set("sourceCriterion", sourceCriterion)
            document.set("redis", redis)
        }

        public var average: Int? { get { document.int("average") } set { document.set("average", newValue) } }
        /// A second where absent; a number counts seconds.
        public var period: IntOrString? {
            get { document.scalar("period") }
            set { document.set("period", newValue) }
        }
        public var burst: Int? { get { document.int("burst") } set { document.set("burst", newValue) } }
        public var sourceCriterion: JSON? {
            get { document["sourceCriterion"] }
            set { document.set("sourceCriterion", newValue) }
        }
        public var redis: JSON? { get { document["redis"] } set { document.set("redis", newValue) } }
    }

    /// So many requests at a time.
    public struct InFlightRequests: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(amount: Int, sourceCriterion: JSON? = nil) {
            document = JSONObject()
            document.set("amount", amount)
            document.set("sourceCriterion", sourceCriterion)
        }

        public var amount: Int { get { document.int("amount") ?? 0 } set { document.set("amount", newValue) } }
        public var sourceCriterion: JSON? {
            get { document["sourceCriterion"] }
            set { document.set("sourceCriterion", newValue) }
        }
    }

    /// Reads bodies as a whole before they go on.
    public struct Buffering: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            maxRequestBodyBytes: Int? = nil, memRequestBodyBytes: Int? = nil, maxResponseBodyBytes: Int? = nil,
            memResponseBodyBytes: Int? = nil, retryExpression: String? = nil
        ) {
            document = JSONObject()
            document.set("maxRequestBodyBytes", maxRequestBodyBytes)
            document.set("memRequestBodyBytes", memRequestBodyBytes)
            document.set("maxResponseBodyBytes", maxResponseBodyBytes)
            document.set("memResponseBodyBytes", memResponseBodyBytes)
            document.set("retryExpression", retryExpression)
        }

        public var maxRequestBodyBytes: Int? {
            get { document.int("maxRequestBodyBytes") }
            set { document.set("maxRequestBodyBytes", newValue) }
        }
        public var memRequestBodyBytes: Int? {
            get { document.int("memRequestBodyBytes") }
            set { document.set("memRequestBodyBytes", newValue) }
        }
        public var maxResponseBodyBytes: Int? {
            get { document.int("maxResponseBodyBytes") }
            set { document.set("maxResponseBodyBytes", newValue) }
        }
        public var memResponseBodyBytes: Int? {
            get { document.int("memResponseBodyBytes") }
            set { document.set("memResponseBodyBytes", newValue) }
        }
        public var retryExpression: String? {
            get { document.string("retryExpression") }
            set { document.set("retryExpression", newValue) }
        }
    }

    /// Tries again where the service does not answer.
    public struct Retry: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            attempts: Int, initialInterval: IntOrString? = nil, timeout: IntOrString? = nil,
            maxRequestBodyBytes: Int? = nil, status: [String] = [], disableRetryOnNetworkError: Bool? = nil,
            retryNonIdempotentMethod: Bool? = nil
        ) {
            document = JSONObject()
            document.set("attempts", attempts)
            document.set("initialInterval", initialInterval)
            document.set("timeout", timeout)
            document.set("maxRequestBodyBytes", maxRequestBodyBytes)
            document.set(.status, status)
            document.set("disableRetryOnNetworkError", disableRetryOnNetworkError)
            document.set("retryNonIdempotentMethod", retryNonIdempotentMethod)
        }

        public var attempts: Int {
            get { document.int("attempts") ?? 0 }
            set { document.set("attempts", newValue) }
        }
        public var initialInterval: IntOrString? {
            get { document.scalar("initialInterval") }
            set { document.set("initialInterval", newValue) }
        }
        public var timeout: IntOrString? {
            get { document.scalar("timeout") }
            set { document.set("timeout", newValue) }
        }
        public var maxRequestBodyBytes: Int? {
            get { document.int("maxRequestBodyBytes") }
            set { document.set("maxRequestBodyBytes", newValue) }
        }
        public var status: [String] { get { document.strings(.status) } set { document.set(.status, newValue) } }
        public var disableRetryOnNetworkError: Bool? {
            get { document.bool("disableRetryOnNetworkError") }
            set { document.set("disableRetryOnNetworkError", newValue) }
        }
        public var retryNonIdempotentMethod: Bool? {
            get { document.bool("retryNonIdempotentMethod") }
            set { document.set("retryNonIdempotentMethod", newValue) }
        }
    }

    /// Compresses responses.
    public struct Compress: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            excludedContentTypes: [String] = [], includedContentTypes: [String] = [], minResponseBodyBytes: Int? = nil,
            encodings: [String] = [], defaultEncoding: String? = nil
        ) {
            document = JSONObject()
            document.set("excludedContentTypes", excludedContentTypes)
            document.set("includedContentTypes", includedContentTypes)
            document.set("minResponseBodyBytes", minResponseBodyBytes)
            document.set("encodings", encodings)
            document.set("defaultEncoding", defaultEncoding)
        }

        public var excludedContentTypes: [String] {
            get { document.strings("excludedContentTypes") }
            set { document.set("excludedContentTypes", newValue) }
        }
        public var includedContentTypes: [String] {
            get { document.strings("includedContentTypes") }
            set { document.set("includedContentTypes", newValue) }
        }
        public var minResponseBodyBytes: Int? {
            get { document.int("minResponseBodyBytes") }
            set { document.set("minResponseBodyBytes", newValue) }
        }
        /// `zstd`, `br`, `gzip`, by preference.
        public var encodings: [String] {
            get { document.strings("encodings") }
            set { document.set("encodings", newValue) }
        }
        public var defaultEncoding: String? {
            get { document.string("defaultEncoding") }
            set { document.set("defaultEncoding", newValue) }
        }
    }
}
