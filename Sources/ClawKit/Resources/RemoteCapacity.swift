public import ClawCustomResources

/// Where a program of somebody else's stands with the platform; derived, never an input.
public enum CapacityPhase: String, SchemaEnum {
    /// Declared; nobody has shown its enrolment token.
    case registered = "Registered"
    /// Enrolled; nothing was heard of it since.
    case trusted = "Trusted"
    /// Takes runtimes.
    case available = "Available"
    /// Takes no more; has some still.
    case draining = "Draining"
    case drained = "Drained"
    /// Not heard of for too long.
    case lost = "Lost"
    /// An administrator has taken its trust back.
    case revoked = "Revoked"
}

/// By what capacity shows that it is who was enrolled.
public enum CapacityTrust: String, SchemaEnum {
    /// A token that the platform has signed, in each heartbeat.
    case token = "Token"
    /// A certificate that the platform has signed, at both ends of every connection.
    case mutualTLS = "MutualTLS"
    /// By nothing any more.
    case revoked = "Revoked"
}

/// A program that runs somewhere else, brought as capacity for runtimes: registered, enrolled with a token, and told of
/// by heartbeats.
public struct RemoteCapacity: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "RemoteCapacity", isNamespaced: false)
    public static let summary = "A program that runs somewhere else, brought as capacity for runtimes."
    public static let properties = [
        Property("spec", RemoteCapacitySpec.self), Property("status", RemoteCapacityStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Phase", "string", ".status.phase"), PrinterColumn("Trust", "string", ".status.trust"),
        PrinterColumn("Allocated", "integer", ".status.allocated"),
        PrinterColumn("Runtimes", "integer", ".spec.runtimes"), PrinterColumn("Endpoint", "string", ".spec.endpoint"),
        .age,
    ]

    public init(name: String, labels: [String: String] = [:], spec: RemoteCapacitySpec) {
        self.init(ObjectMeta(name: name, labels: labels))
        self.spec = spec
    }

    public var spec: RemoteCapacitySpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }
    public var status: RemoteCapacityStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

public struct RemoteCapacitySpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property(
            "endpoint", String.self, "Where it answers: https, or http on this machine; scheme, host and port.",
            .length(1...512), .pattern("^(https://|http://(127[.]0[.]0[.]1|localhost|\\[::1\\])(:|$))")),
        Property("runtimes", Int.self, "How many runtimes it takes.", default: 1, .range(1...1000)),
        Property("projects", [String].self, "Whose runtimes it takes; \"*\": of all.", .set, .count(...1024)),
        Property("drain", Bool.self, "It takes no more.", default: false),
        Property("mutualTLS", Bool.self, "It is enrolled by mutual TLS only.", default: false),
        Property(
            "readinessPath", String.self, "What it answers with 200 when it is ready.", default: "/readyz",
            .pattern("^/[!-~]{0,511}$")),
        Property("heartbeatSeconds", Int.self, "How often it is to be heard of.", default: 10, .range(1...300)),
        Property("lostAfterSeconds", Int.self, "When it counts as lost.", default: 90, .range(3...3600)),
    ]
    public static let rules = [
        SchemaRule(
            "self.lostAfterSeconds >= 3 * self.heartbeatSeconds", "lostAfterSeconds must be at least three heartbeats"),
        SchemaRule("!self.mutualTLS || self.endpoint.startsWith('https://')", "mutual TLS needs an https endpoint"),
    ]

    public init(endpoint: String, runtimes: Int = 1, projects: [String] = []) {
        document = ["endpoint": .string(endpoint), "runtimes": .integer(Int64(runtimes))]
        self.projects = projects
    }

    public var endpoint: String { self["endpoint"] }
    public var runtimes: Int { self["runtimes", default: 1] }
    public var projects: [String] {
        get { self["projects"] }
        set { self["projects"] = newValue }
    }
    public var drain: Bool {
        get { self["drain", default: false] }
        set { self["drain"] = newValue }
    }
    public var mutualTLS: Bool {
        get { self["mutualTLS", default: false] }
        set { self["mutualTLS"] = newValue }
    }
    public var readinessPath: String { self["readinessPath", default: "/readyz"] }
    public var heartbeatSeconds: Int {
        get { self["heartbeatSeconds", default: 10] }
        set { self["heartbeatSeconds"] = newValue }
    }
    public var lostAfterSeconds: Int {
        get { self["lostAfterSeconds", default: 90] }
        set { self["lostAfterSeconds"] = newValue }
    }
}

public struct RemoteCapacityStatus: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("phase", CapacityPhase?.self, "Where it stands."),
        Property("allocated", Int?.self, "How many runtimes it has."),
        Property("ready", Bool?.self, "What it says of itself."),
        Property("leaving", Bool?.self, "It says that it is about to end, and takes no more."),
        Property("lastHeartbeat", String?.self, "RFC 3339; written in steps of a third of lostAfterSeconds."),
        Property("epoch", Int?.self, "How often it was enrolled: tokens and certificates of earlier times are void."),
        Property("enrolment", CapacityEnrolment?.self, "The token that is out."),
        Property("trust", CapacityTrust?.self, "By what it is known since it was enrolled."),
        Property(
            "certificates", [CapacityCertificate].self,
            "The one in use, and the one that follows it: no other is taken.", .count(...2)),
        Property.conditions,
    ]

    public var phase: CapacityPhase? {
        get { self["phase"] }
        set { self["phase"] = newValue }
    }
    public var allocated: Int {
        get { self["allocated"] }
        set { self["allocated"] = newValue }
    }
    public var ready: Bool? {
        get { self["ready"] }
        set { self["ready"] = newValue }
    }
    public var leaving: Bool {
        get { self["leaving", default: false] }
        set { self["leaving"] = newValue }
    }
    public var lastHeartbeat: String? {
        get { self["lastHeartbeat"] }
        set { self["lastHeartbeat"] = newValue }
    }
    public var epoch: Int {
        get { self["epoch"] }
        set { self["epoch"] = newValue }
    }
    public var enrolment: CapacityEnrolment? {
        get { self["enrolment"] }
        set { self["enrolment"] = newValue }
    }
    public var trust: CapacityTrust? {
        get { self["trust"] }
        set { self["trust"] = newValue }
    }
    public var certificates: [CapacityCertificate] {
        get { self["certificates"] }
        set { self["certificates"] = newValue }
    }
    public var conditions: [Condition] {
        get { self["conditions"] }
        set { self["conditions"] = newValue }
    }
}

/// A certificate that was signed for capacity.
public struct CapacityCertificate: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("fingerprint", String.self, "The SHA-256 of its DER form, in lower-case hex.", .length(64...64)),
        Property("expiresAt", String.self, "RFC 3339."),
    ]
    public init(fingerprint: String, expiresAt: String) {
        document = ["fingerprint": .string(fingerprint), "expiresAt": .string(expiresAt)]
    }
    public var fingerprint: String { self["fingerprint"] }
    public var expiresAt: String { self["expiresAt"] }
}

/// An enrolment token, by its hash only.
public struct CapacityEnrolment: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [Property("tokenHash", String.self), Property("expiresAt", String.self, "RFC 3339.")]
    public init(tokenHash: String, expiresAt: String) {
        document = ["tokenHash": .string(tokenHash), "expiresAt": .string(expiresAt)]
    }
    public var tokenHash: String { self["tokenHash"] }
    public var expiresAt: String { self["expiresAt"] }
}

/// Which capacity a runtime runs on, in place of the cluster.
public struct RuntimePlacement: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("capacity", String?.self, "The name of a RemoteCapacity.", .length(1...253)),
        Property("matchLabels", [String: String].self, "Any RemoteCapacity with these labels.", .count(...16)),
    ]
    public static let rules = [
        SchemaRule("has(self.capacity) != has(self.matchLabels)", "a placement has either capacity or matchLabels")
    ]

    public init(capacity: String) { document = ["capacity": .string(capacity)] }
    public init(matchLabels: [String: String]) {
        document = JSONObject()
        self["matchLabels"] = matchLabels
    }

    public var capacity: String? { self["capacity"] }
    public var matchLabels: [String: String] {
        get { self["matchLabels"] }
        set { self["matchLabels"] = newValue }
    }
}
