public import ClawCustomResources

/// Pods of a template that are there, and ready, before anybody wants them: a new runtime of the template in the same
/// project takes one over instead of starting one.
public struct RuntimePool: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "RuntimePool", shortNames: ["rtp"])
    public static let summary = "Pods of a template that are ready before anybody wants them."
    public static let properties = [
        Property("spec", RuntimePoolSpec.self), Property("status", RuntimePoolStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Template", "string", ".spec.template"), PrinterColumn("Wanted", "integer", ".status.wanted"),
        PrinterColumn("Warm", "integer", ".status.warm"), PrinterColumn("Starting", "integer", ".status.starting"),
        PrinterColumn("Ready", "string", #".status.conditions[?(@.type=="Ready")].status"#),
        PrinterColumn("Message", "string", #".status.conditions[?(@.type=="Ready")].message"#, priority: 1), .age,
    ]
    public static let scale: ScaleSubresource? = ScaleSubresource(
        replicas: ".spec.size", statusReplicas: ".status.warm")

    public init(name: String, in namespace: String, spec: RuntimePoolSpec) {
        self.init(ObjectMeta(name: name, namespace: namespace))
        self.spec = spec
    }

    public var spec: RuntimePoolSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: RuntimePoolStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

public struct RuntimePoolSpec: SchemaView {
    /// What becomes of pods that were made before their template was changed.
    public enum Update: String, SchemaEnum {
        /// They go at once.
        case recreate = "Recreate"
        /// They are given out until others are warm, and replaced one after another.
        case onReplenish = "OnReplenish"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property(
            "template", .string, mayBeAbsent: true, description: "What its pods are made of; the default template if absent.",
            Constraint.label),
        Property("size", Int?.self, "How many are kept warm; with a forecast, how many at the least.", .range(0...10_000)),
        Property("driver", RuntimeSpec.Driver?.self, "By what its pods run; as the server says if absent."),
        Property("forecast", PoolForecastSpec?.self, "More are kept warm while more are taken."),
        Property(
            "maxAgeSeconds", Int.self, "A pod that nobody took for so long is replaced.", default: 3600,
            .range(60...2_592_000)),
        Property(
            "startSeconds", Int.self, "A pod that is not warm after so long is replaced.", default: 300,
            .range(1...3600)),
        Property(
            "update", Update.self, "What becomes of pods that were made before their template was changed.",
            default: .onReplenish),
    ]

    public init(template: String? = nil, size: Int = 1) {
        document = [:]
        self["template"] = template
        self["size"] = size
    }

    /// nil: the default template.
    public var template: String? {
        get { self["template"] }
        set { self["template"] = newValue }
    }
    public var size: Int {
        get { self["size"] ?? 0 }
        set { self["size"] = newValue }
    }
    public var driver: RuntimeSpec.Driver? {
        get { self["driver"] }
        set { self["driver"] = newValue }
    }
    public var forecast: PoolForecastSpec? {
        get { self["forecast"] }
        set { self["forecast"] = newValue }
    }
    public var maxAgeSeconds: Int {
        get { self["maxAgeSeconds", default: 3600] }
        set { self["maxAgeSeconds"] = newValue }
    }
    public var startSeconds: Int {
        get { self["startSeconds", default: 300] }
        set { self["startSeconds"] = newValue }
    }
    public var update: Update {
        get { self["update", default: .onReplenish] }
        set { self["update"] = newValue }
    }
}

/// How many pods are kept warm by how often some are taken.
public struct PoolForecastSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("max", Int.self, "How many are kept warm at the most.", .range(1...10_000)),
        Property(
            "hitPercent", Int.self, "In how many of a hundred cases one is to be there.", default: 99, .range(50...99)),
        Property(
            "windowSeconds", Int.self, "Over how long arrivals count; older ones fade.", default: 300,
            .range(10...86_400)),
    ]

    public init(max: Int, hitPercent: Int = 99, windowSeconds: Int = 300) {
        document = [:]
        self["max"] = max
        self["hitPercent"] = hitPercent
        self["windowSeconds"] = windowSeconds
    }

    public var max: Int { self["max", default: 1] }
    public var hitPercent: Int { self["hitPercent", default: 99] }
    public var windowSeconds: Int { self["windowSeconds", default: 300] }
}

public struct RuntimePoolStatus: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("observedGeneration", Int?.self, "Of which spec this tells."),
        Property("wanted", Int?.self, "How many are to be warm."),
        Property("warm", Int?.self, "How many can be taken."),
        Property("starting", Int?.self, "How many are on their way."),
        Property("outdated", Int?.self, "How many of all were made before the template was changed."),
        Property.conditions,
    ]

    public var observedGeneration: Int {
        get { self["observedGeneration"] ?? 0 }
        set { self["observedGeneration"] = newValue }
    }
    public var wanted: Int {
        get { self["wanted"] ?? 0 }
        set { self["wanted"] = newValue }
    }
    public var warm: Int {
        get { self["warm"] ?? 0 }
        set { self["warm"] = newValue }
    }
    public var starting: Int {
        get { self["starting"] ?? 0 }
        set { self["starting"] = newValue }
    }
    public var outdated: Int {
        get { self["outdated"] ?? 0 }
        set { self["outdated"] = newValue }
    }
    public var conditions: [Condition] {
        get { self["conditions"] }
        set { self["conditions"] = newValue }
    }
}
