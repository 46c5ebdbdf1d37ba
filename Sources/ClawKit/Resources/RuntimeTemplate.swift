public import ClawCustomResources

/// What runtimes are made of: a program with everything it needs, for any number of users.
///
/// A project's own come before those of the namespace `clawkit-system`, and these before the templates of `claw.yaml`.
public struct RuntimeTemplate: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "RuntimeTemplate", shortNames: ["rtt"])
    public static let summary = "What runtimes are made of: a program with everything it needs, for any user."
    public static let properties = [
        Property("spec", RuntimeTemplateSpec.self), Property("status", ConditionedStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Profile", "string", ".spec.profile"), PrinterColumn("Image", "string", ".spec.image"),
        PrinterColumn("Accepted", "string", #".status.conditions[?(@.type=="Accepted")].status"#),
        PrinterColumn("Message", "string", #".status.conditions[?(@.type=="Accepted")].message"#, priority: 1), .age,
    ]

    public init(name: String, in namespace: String, spec: RuntimeTemplateSpec) {
        self.init(ObjectMeta(name: name, namespace: namespace))
        self.spec = spec
    }

    public var spec: RuntimeTemplateSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: ConditionedStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

public struct RuntimeTemplateSpec: SchemaView {
    /// What is known of the program; Docs/profiles.md.
    public enum Profile: String, SchemaEnum {
        case command = "Command", openClaw = "OpenClaw", jupyter = "Jupyter"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("profile", Profile.self, "What is known of the program.", default: .command),
        Property("version", String?.self, "Of the program that the profile knows, as 2026.6.1.", .length(1...64)),
        Property("image", String?.self, "Best by its digest; the profile's if absent.", .length(1...512)),
        Property("command", [String].self, "The profile's, or the image's, if absent.", .count(...64)),
        Property("port", Int?.self, "Where the program listens; the profile's if absent.", .range(1...65535)),
        Property(
            "resources", [String: RuntimeResource].self, "How much a runtime gets, by resource: cpu, memory.",
            .count(...16)),
        Property("variables", [EnvironmentVariable].self, "Its environment.", .map(keys: "name"), .count(...256)),
        Property("locked", [String].self, "Names that no narrower layer may set.", .set, .count(...256)),
        Property("rotation", EnvironmentSpec.Rotation?.self, "What happens when a secret changes at its source."),
        Property("reload", EnvironmentReload?.self, "How its program hears of that where rotation is Reload."),
        Property("models", [String].self, "The aliases of the models it may call; all if absent.", .count(...256)),
        Property("contents", [RuntimeContent].self, "Files that it finds.", .map(keys: "name"), .count(...32)),
        Property(
            "config", FieldSchema(["type": "object", "x-kubernetes-preserve-unknown-fields": true]), mayBeAbsent: true,
            description: "What the profile's configuration is overlaid with."),
        Property("network", RuntimeNetwork?.self, "Whom its pods may talk to; the profile's if absent."),
        Property("probes", RuntimeProbes?.self, "How its state is asked; the profile's if absent."),
        Property("volume", RuntimeVolume?.self, "What a runtime keeps that does not say so itself."),
        Property("idle", RuntimeIdle?.self, "When a runtime may sleep that does not say so itself."),
        Property("wake", RuntimeWake?.self, "What becomes of requests while one sleeps that does not say so itself."),
        Property("checkpoint", RuntimeCheckpoint?.self, "What of a runtime is kept that does not say so itself."),
    ]

    public init(profile: Profile = .command, image: String? = nil, command: [String] = []) {
        document = JSONObject()
        self["profile"] = profile
        self["image"] = image
        if !command.isEmpty { self["command"] = command }
    }

    public var profile: Profile { self["profile", default: .command] }
    public var version: String? { self["version"] }
    public var image: String? {
        get { self["image"] }
        set { self["image"] = newValue }
    }
    public var command: [String] {
        get { self["command"] }
        set { self["command"] = newValue }
    }
    public var port: Int? {
        get { self["port"] }
        set { self["port"] = newValue }
    }
    public var resources: [String: RuntimeResource] {
        get { self["resources"] }
        set { self["resources"] = newValue }
    }
    public var variables: [EnvironmentVariable] {
        get { self["variables"] }
        set { self["variables"] = newValue }
    }
    public var locked: [String] { self["locked"] }
    public var rotation: EnvironmentSpec.Rotation? { self["rotation"] }
    public var reload: EnvironmentReload? { self["reload"] }
    public var models: [String] { self["models"] }
    public var contents: [RuntimeContent] {
        get { self["contents"] }
        set { self["contents"] = newValue }
    }
    /// Of the profile's own configuration; an object.
    public var config: JSONObject {
        get { document["config"]?.object ?? JSONObject() }
        set { document["config"] = .object(newValue) }
    }
    public var network: RuntimeNetwork? {
        get { self["network"] }
        set { self["network"] = newValue }
    }
    public var probes: RuntimeProbes? { self["probes"] }
    public var volume: RuntimeVolume? { self["volume"] }
    public var idle: RuntimeIdle? {
        get { self["idle"] }
        set { self["idle"] = newValue }
    }
    public var wake: RuntimeWake? {
        get { self["wake"] }
        set { self["wake"] = newValue }
    }
    public var checkpoint: RuntimeCheckpoint? {
        get { self["checkpoint"] }
        set { self["checkpoint"] = newValue }
    }
}

/// How much of something a runtime gets: what it asks for, from the least to the most, else the default.
public struct RuntimeResource: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("default", Quantity?.self, "For runtimes that do not say; nothing is reserved if absent."),
        Property("min", Quantity?.self, "The least that a runtime may ask for."),
        Property("max", Quantity?.self, "The most; the default if absent."),
    ]
    public init(default value: Quantity, min: Quantity? = nil, max: Quantity? = nil) {
        document = JSONObject()
        self["default"] = value as Quantity?
        self["min"] = min
        self["max"] = max
    }
    public var `default`: Quantity? { self["default"] }
    public var min: Quantity? { self["min"] }
    public var max: Quantity? { self["max"] }
}

/// Files that are there before the program begins; fetched and verified by an init container.
public struct RuntimeContent: SchemaView {
    public enum Permissions: String, SchemaEnum {
        case readOnly = "ReadOnly", readWrite = "ReadWrite"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("name", .string, mayBeAbsent: false, Constraint.label),
        Property(
            "url", String.self,
            "https://…, git+https://…, or s3://BUCKET/KEY; .tar, .tar.gz and .tgz are unpacked.",
            .length(1...2048), .pattern("^(https?|git[+]https?|s3)://[^ ]+$")),
        Property("revision", String?.self, "Of a git repository: the whole id of a commit.", .pattern("^[0-9a-f]{40}([0-9a-f]{24})?$")),
        Property("sha256", String?.self, "Of what is fetched, in hex; needed for everything but git.", .pattern("^[0-9a-f]{64}$")),
        Property(
            "subPath", String?.self, "Only this directory of it.", .length(1...512),
            .rule("!self.startsWith('/') && !self.split('/').exists(p, p == '..')", "a relative path without ..")),
        Property("mountPath", String.self, "Where the program finds it.", .pattern("^/[^:]+$"), .length(2...512)),
        Property("permissions", Permissions.self, "ReadWrite: a copy that lasts as long as the pod.", default: .readOnly),
        Property(
            "secret", String?.self,
            "A Secret of the runtime's namespace: username and password, or for s3 accessKey and secretKey."),
    ]
    public static let rules = [
        SchemaRule(
            "self.url.startsWith('git+') ? has(self.revision) : has(self.sha256)",
            "say what is to come: the revision of a git repository, the sha256 of anything else")
    ]

    public init(_ name: String, url: String, revision: String? = nil, sha256: String? = nil, at mountPath: String) {
        document = ["name": .string(name), "url": .string(url), "mountPath": .string(mountPath)]
        self["revision"] = revision
        self["sha256"] = sha256
    }
    public var name: String { self["name"] }
    public var url: String { self["url"] }
    public var revision: String? { self["revision"] }
    public var sha256: String? { self["sha256"] }
    public var subPath: String? { self["subPath"] }
    public var mountPath: String { self["mountPath"] }
    public var permissions: Permissions { self["permissions", default: .readOnly] }
    public var secret: String? { self["secret"] }
}

/// Whom a runtime's pod may talk to, besides the resolver of names and the platform. Others reach it through the
/// platform's proxies only.
public struct RuntimeNetwork: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("egress", ProjectNetwork.Egress.self, "How far it reaches.", default: .platform),
        Property("allow", [String].self, "And these networks, as 10.20.0.0/16.", .set, .count(...64)),
    ]
    public init(egress: ProjectNetwork.Egress = .platform, allow: [String] = []) {
        document = JSONObject()
        self["egress"] = egress
        if !allow.isEmpty { self["allow"] = allow }
    }
    public var egress: ProjectNetwork.Egress { self["egress", default: .platform] }
    public var allow: [String] { self["allow"] }
}

/// How a program's state is asked, over HTTP.
public struct RuntimeProbes: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("startup", String?.self, "200 as soon as it has begun.", .pattern("^/")),
        Property("ready", String?.self, "200 while it takes requests.", .pattern("^/")),
        Property("live", String?.self, "200 as long as it need not be restarted.", .pattern("^/")),
        Property("startupSeconds", Int?.self, "How long it may take to begin.", .range(1...3600)),
    ]
    public var startup: String? { self["startup"] }
    public var ready: String? { self["ready"] }
    public var live: String? { self["live"] }
    public var startupSeconds: Int? { self["startupSeconds"] }
}
