public import ClawCustomResources

/// As an entry of `models` in `claw.yaml`; Docs/model-gateway.md says what each field means.
///
/// What a structural schema cannot say (`prices: free`, `hedge: false`) is any value here; the gateway reads it as it
/// reads the file, and says in the condition `Accepted` what is wrong.
public struct ModelEndpointSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("name", String?.self, "What clients ask for; the object's own name if absent.", .length(1...128)),
        Property("aliases", [String].self, "Other names for the same.", .count(...64)),
        Property("accessGroups", [String].self, "Groups that keys may list in place of names.", .count(...64)),
        Property("strategy", String?.self, "How one is chosen among the upstreams."),
        Property("retries", Int?.self, "Attempts beyond the first.", .range(0...20)),
        Property("retriesFor", [String: Int].self, "By kind of failure, in place of retries."),
        Property("fallbacks", .anything, mayBeAbsent: true, description: "Other models: a list, or lists by reason."),
        Property("deadlines", [String: String].self, "headers, firstToken, betweenTokens, wholeAnswer, total."),
        Property("hedge", .anything, mayBeAbsent: true, description: "{after: 2s}: a second attempt; false: none."),
        Property("midStream", .oneOf(["fail", "continue"]), mayBeAbsent: true, description: "When an answer breaks off."),
        Property("longestWait", String?.self, "How long a Retry-After is waited for."),
        Property("backoff", [String: String].self, "initial, cap."),
        Property("breaker", .anything, mayBeAbsent: true, description: "When an upstream rests; false: never."),
        Property("upstreams", [ModelEndpointUpstream].self, "Who answers.", .required, .count(1...64)),
    ]

    public init(name: String? = nil, aliases: [String] = [], upstreams: [ModelEndpointUpstream]) {
        document = JSONObject()
        self["name"] = name
        self["aliases"] = aliases
        self["upstreams"] = upstreams
    }

    public var name: String? { self["name"] }
    public var aliases: [String] { self["aliases"] }
    public var upstreams: [ModelEndpointUpstream] {
        get { self["upstreams"] }
        set { self["upstreams"] = newValue }
    }
}

/// One place that answers for the model.
public struct ModelEndpointUpstream: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let dialects = ["openai", "anthropic", "ollama", "azure", "gemini", "bedrock", "echo"]

    public static let properties = [
        Property("dialect", .oneOf(dialects), mayBeAbsent: false, description: "How it is spoken to."),
        Property("name", String?.self, "In traces and headers; the host if absent."),
        Property("baseURL", String?.self, "What the dialect's paths are put behind.", .pattern("^https?://")),
        Property("pool", ModelEndpointPool?.self, "The pods of an InferencePool, in place of baseURL."),
        Property("model", String?.self, "Its name there; what clients ask for if absent."),
        Property("key", ModelEndpointKey?.self, "How the gateway proves itself."),
        Property("aws", ModelEndpointAWS?.self, "For the dialect bedrock, in place of key."),
        Property("headers", [String: String].self, "Sent with each request."),
        Property("weight", Int?.self, "Share of requests; 0: only when nobody else can.", .range(0...1_000_000)),
        Property("order", Int?.self, "The lowest is asked first.", .range(0...1000)),
        Property("requestsPerMinute", Int?.self, .range(1...)), Property("tokensPerMinute", Int?.self, .range(1...)),
        Property("requestsAtOnce", Int?.self, .range(1...)),
        Property("contextTokens", Int?.self, "Longer requests are not sent here.", .range(1...)),
        Property("tags", [String].self), Property("canContinue", Bool?.self, "Goes on from the assistant's own words."),
        Property("prices", .anything, mayBeAbsent: true, description: "Dollars per million tokens; or free; or a list's name."),
        Property("health", ModelEndpointHealth?.self, "An active check."),
        Property("apiVersion", String?.self, "Azure's."), Property("outputLimitName", String?.self),
        Property("sendsReasoning", Bool?.self), Property("streamsUsage", Bool?.self), Property("servesResponses", Bool?.self),
        Property("defaultOutputLimit", Int?.self, .range(1...10_000_000)),
    ]
    public static let rules = [
        SchemaRule(
            "self.dialect == 'echo' || has(self.baseURL) != has(self.pool)",
            "an upstream has either baseURL or pool; the dialect echo has neither"),
        SchemaRule("!has(self.key) || !has(self.aws)", "key and aws exclude each other"),
        SchemaRule("!has(self.aws) || self.dialect == 'bedrock'", "aws is for the dialect bedrock; use key"),
    ]

    public init(dialect: String, baseURL: String, model: String? = nil, secret: String? = nil) {
        document = ["dialect": .string(dialect), "baseURL": .string(baseURL)]
        self["model"] = model
        self["key"] = secret.map { ModelEndpointKey(secret: $0) }
    }

    public init(dialect: String, pool: ModelEndpointPool, model: String? = nil) {
        document = ["dialect": .string(dialect)]
        self["pool"] = pool
        self["model"] = model
    }

    /// Built into the gateway.
    public static let echo = ModelEndpointUpstream(document: ["dialect": "echo"])

    public var dialect: String { self["dialect"] }
    public var baseURL: String? {
        get { self["baseURL"] }
        set { self["baseURL"] = newValue }
    }
    public var pool: ModelEndpointPool? { self["pool"] }
    public var health: ModelEndpointHealth? {
        get { self["health"] }
        set { self["health"] = newValue }
    }
}

/// An entry of a Secret.
public struct ModelEndpointKey: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property(
            "secret", String.self, "clawkit-system/NAME/ENTRY.",
            .pattern("^[a-z0-9-]+/[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[-._a-zA-Z0-9]+$"))
    ]
    public init(secret: String) { document = ["secret": .string(secret)] }
}

/// Amazon's access key.
public struct ModelEndpointAWS: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("region", String.self), Property("id", ModelEndpointKey.self), Property("secret", ModelEndpointKey.self),
        Property("session", ModelEndpointKey?.self),
    ]
}

/// The ready pods of a Gateway API InferencePool.
public struct ModelEndpointPool: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("namespace", String.self, "Where the pool and its pods are.", .length(1...63)),
        Property("name", String.self, .length(1...253)),
        Property("path", String?.self, "What the dialect's paths are put behind on a pod; /v1 for openai if absent."),
        Property("scheme", .oneOf(["http", "https"]), mayBeAbsent: true, description: "http if absent."),
    ]
    public init(_ name: String, in namespace: String, path: String? = nil) {
        document = ["namespace": .string(namespace), "name": .string(name)]
        self["path"] = path
    }
    public var namespace: String { self["namespace"] }
    public var name: String { self["name"] }
}

public struct ModelEndpointHealth: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("every", String.self, "60s."), Property("within", String?.self, "How long it may take."),
        Property("method", .oneOf(["models", "chat"]), mayBeAbsent: true, description: "models asks for the list; chat for a word."),
    ]
    public init(every: String, within: String? = nil, method: String? = nil) {
        document = ["every": .string(every)]
        self["within"] = within
        self["method"] = method
    }
}
