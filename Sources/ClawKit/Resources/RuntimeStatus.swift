public import ClawCustomResources

/// Where a runtime stands; derived from its conditions and children, never an input.
public enum RuntimePhase: String, SchemaEnum {
    case pending = "Pending", scheduled = "Scheduled", creating = "Creating", starting = "Starting", ready = "Ready"
    case suspending = "Suspending", suspended = "Suspended", waking = "Waking", recovering = "Recovering"
    case stopping = "Stopping", stopped = "Stopped", failed = "Failed", refused = "Refused", deleting = "Deleting"
}

public struct RuntimeStatus: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("phase", RuntimePhase?.self, "Where it stands, from its conditions."),
        Property("url", String?.self, "Where it is reached."),
        Property("restarts", Int?.self),
        Property("restartsWhenReady", Int?.self, "How many restarts there were when it was last ready."),
        Property("lastActivity", String?.self, "When it was last seen in use, RFC 3339; kept where it may sleep by itself."),
        Property("sleep", RuntimeSleep?.self, "That it sleeps though it is wanted running."),
        Property("lastError", RuntimeError?.self, "Why it is not ready."),
        Property("observedGeneration", Int?.self, "The generation of the spec that this is the answer to."),
        Property("observedRequest", String?.self, "The wishes by annotation that were carried out."),
        Property("defaults", RuntimeDefaults?.self, "What its template says of rest where its spec says nothing."),
        Property("capacity", String?.self, "The RemoteCapacity that it runs on."),
        Property("kept", RuntimeKept?.self, "The checkpoint of its last rest."),
        Property("beforeUpdate", RuntimeKept?.self, "The checkpoint before its last update."),
        Property("reload", RuntimeReload?.self, "How its program last heard of other values of its environment."),
        Property("restored", RuntimeRestored?.self, "How its pod came back from a rest."),
        Property("pool", String?.self, "The RuntimePool that its present pod came from."),
        Property.conditions,
    ]

    public var phase: RuntimePhase? {
        get { self["phase"] }
        set { self["phase"] = newValue }
    }
    public var url: String? {
        get { self["url"] }
        set { self["url"] = newValue }
    }
    public var restarts: Int {
        get { self["restarts"] }
        set { self["restarts"] = newValue }
    }
    /// How many of ``restarts`` there were when it was last ready; those since count towards a crash loop.
    public var restartsWhenReady: Int {
        get { self["restartsWhenReady"] }
        set { self["restartsWhenReady"] = newValue == 0 ? nil : newValue }
    }
    public var lastError: (code: String, message: String)? {
        get { (self["lastError"] as RuntimeError?).map { ($0.code ?? "", $0.message ?? "") } }
        set { self["lastError"] = newValue.map { RuntimeError(code: $0.code, message: $0.message) } }
    }
    public var observedGeneration: Int {
        get { self["observedGeneration"] }
        set { self["observedGeneration"] = newValue }
    }
    /// The ``Runtime/request`` that this status is the answer to.
    public var observedRequest: String {
        get { self["observedRequest"] }
        set { self["observedRequest"] = newValue.isEmpty ? nil : newValue }
    }
    /// The ``RuntimePool`` that its present pod came from; nil where it was made for this runtime.
    public var pool: String? {
        get { self["pool"] }
        set { self["pool"] = newValue }
    }
    /// What its template says where its spec says nothing.
    public var defaults: RuntimeDefaults? {
        get { self["defaults"] }
        set { self["defaults"] = newValue }
    }
    /// What was kept of it when it last came to rest.
    public var kept: RuntimeKept? {
        get { self["kept"] }
        set { self["kept"] = newValue }
    }
    /// What was kept of it before its last update.
    public var beforeUpdate: RuntimeKept? {
        get { self["beforeUpdate"] }
        set { self["beforeUpdate"] = newValue }
    }
    /// How its present program last heard that values of its environment are others.
    public var reload: RuntimeReload? {
        get { self["reload"] }
        set { self["reload"] = newValue }
    }
    /// How its present pod came back; nil where nothing was kept for it.
    public var restored: RuntimeRestored? {
        get { self["restored"] }
        set { self["restored"] = newValue }
    }
    /// RFC 3339.
    public var lastActivity: String? {
        get { self["lastActivity"] }
        set { self["lastActivity"] = newValue }
    }
    public var sleep: RuntimeSleep? {
        get { self["sleep"] }
        set { self["sleep"] = newValue }
    }
    public var capacity: String? {
        get { self["capacity"] }
        set { self["capacity"] = newValue }
    }
    public var conditions: [Condition] {
        get { self["conditions"] }
        set { self["conditions"] = newValue }
    }
}

/// How a program heard that values of its environment are others.
public struct RuntimeReload: SchemaView {
    public enum Outcome: String, SchemaEnum { case done = "Done", failed = "Failed" }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("outcome", Outcome?.self, "Whether it was told."),
        Property("at", .string, mayBeAbsent: true, description: "When, RFC 3339."),
        Property("code", String?.self, "Why not."), Property("message", String?.self),
    ]

    public init(at: String, isDone: Bool, code: String? = nil, message: String? = nil) {
        document = ["outcome": .string((isDone ? Outcome.done : .failed).rawValue), "at": .string(at)]
        self["code"] = code
        self["message"] = message
    }

    public var outcome: Outcome? { self["outcome"] }
    public var at: String? { self["at"] }
    public var code: String? { self["code"] }
    public var message: String? { self["message"] }
}

/// Why a runtime is not ready: a finding's code and sentence.
public struct RuntimeError: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [Property("code", String?.self), Property("message", String?.self)]

    public init(code: String, message: String) {
        document = ["code": .string(code), "message": .string(message)]
    }

    public var code: String? { self["code"] }
    public var message: String? { self["message"] }
}
