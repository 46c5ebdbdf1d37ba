public import ClawCustomResources

/// One checkpoint of a pod's container: asked for by making it, removed by deleting it.
public struct Checkpoint: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "Checkpoint", shortNames: ["ckpt"])
    public static let summary = "One checkpoint of a pod's container: asked for by making it, removed by deleting it."
    public static let properties = [
        Property("spec", CheckpointSpec.self, "What to keep.", .immutable),
        Property("status", CheckpointStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Pod", "string", ".status.pod"), PrinterColumn("Phase", "string", ".status.phase"),
        PrinterColumn("Method", "string", ".status.method"), PrinterColumn("Node", "string", ".status.node"),
        PrinterColumn("Size", "integer", ".status.sizeBytes"), PrinterColumn("Error", "string", ".status.error.code"),
        .age,
    ]

    public init(metadata: ObjectMeta, spec: CheckpointSpec) {
        self.init(metadata)
        self.spec = spec
    }

    public var spec: CheckpointSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: CheckpointStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }

    /// The ``CheckpointSchedule`` that a checkpoint was made by.
    public static let scheduleLabel = "clawkit.dev/checkpoint-schedule"
    /// The runtime that a checkpoint is of.
    public static let runtimeLabel = "clawkit.dev/runtime"
    /// An image made of a kubelet's archive, by its reference: a pod that is restored runs it in place of its own.
    public static let imageAnnotation = "clawkit.dev/restore-image"
}

/// How a checkpoint keeps its source.
public enum CheckpointMethod: String, SchemaEnum {
    /// The processes with their memory, by the node's checkpoint call.
    case process = "Process"
    /// The container's files, as a layer over its image.
    case image = "Image"
    /// The runtime's volume, by ``VolumeMeans``.
    case volume = "Volume"
}

/// By what a volume is kept.
public enum VolumeMeans: String, SchemaEnum {
    /// A VolumeSnapshot.
    case snapshot = "Snapshot"
    /// Another claim, which the storage has made from the volume.
    case clone = "Clone"
    /// Another claim, to which a pod has copied the volume's files.
    case copy = "Copy"
}

/// Where a checkpoint stands.
public enum CheckpointPhase: String, SchemaEnum {
    /// It waits until its source runs.
    case requested = "Requested"
    case running = "Running"
    /// The archive is there.
    case stored = "Stored"
    /// It was there for as long as it should.
    case expired = "Expired"
    case failed = "Failed"
}

public struct CheckpointSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("runtime", String?.self, "The runtime to keep.", .length(1...63)),
        Property("pod", String?.self, "The pod to keep.", .length(1...253)),
        Property("container", String?.self, "Of the pod; the first if absent.", .length(1...63)),
        Property("method", CheckpointMethod?.self, "How; the best there is if absent."),
        Property(
            "timeoutSeconds", Int.self, "How long it may take.", default: 60, .range(1...3600)),
        Property("ends", Bool?.self, "Whether the container ends with its checkpoint, where the node can do that."),
        Property(
            "secretName", String?.self, "The Secret of the namespace whose `key` the archive is encrypted with.",
            .length(1...253)),
        Property(
            "ttlSeconds", Int?.self, "After how long the archive is removed; never if absent.", .range(1...315_360_000)),
    ]
    public static let rules = [
        SchemaRule("has(self.runtime) != has(self.pod)", "a checkpoint is of a runtime or of a pod")
    ]

    public init(runtime: String) { document = ["runtime": .string(runtime)] }
    public init(pod: String) { document = ["pod": .string(pod)] }

    public var runtime: String? {
        get { self["runtime"] }
        set { self["runtime"] = newValue }
    }
    public var pod: String? {
        get { self["pod"] }
        set { self["pod"] = newValue }
    }
    public var container: String? {
        get { self["container"] }
        set { self["container"] = newValue }
    }
    public var method: CheckpointMethod? {
        get { self["method"] }
        set { self["method"] = newValue }
    }
    public var timeoutSeconds: Int {
        get { self["timeoutSeconds", default: 60] }
        set { self["timeoutSeconds"] = newValue }
    }
    public var ends: Bool {
        get { self["ends"] ?? false }
        set { self["ends"] = newValue ? true : nil }
    }
    public var secretName: String? {
        get { self["secretName"] }
        set { self["secretName"] = newValue }
    }
    public var ttlSeconds: Int? {
        get { self["ttlSeconds"] }
        set { self["ttlSeconds"] = newValue }
    }

    /// A runtime's pod has its name.
    public var podName: String { pod ?? runtime ?? "" }
}

public struct CheckpointStatus: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("phase", CheckpointPhase?.self, "Where it stands."),
        Property("method", CheckpointMethod?.self, "How it is really kept."),
        Property("means", VolumeMeans?.self, "Of a volume: by what it is kept."),
        Property("node", String?.self, "Where the archive is."),
        Property("pod", String?.self), Property("podUID", String?.self), Property("container", String?.self),
        Property("location", String?.self, "What the node calls the archive; the snapshot's or the copy's name."),
        Property("digest", String?.self, "Of the archive as stored, or of a copy's files: sha256:…"),
        Property("sizeBytes", Int?.self, "Of the archive as stored, or of the volume."),
        Property("encrypted", Bool?.self),
        Property("constraints", CheckpointConstraints?.self, "What a restore needs."),
        Property("startedAt", .string, mayBeAbsent: true, description: "When it was begun."),
        Property("completedAt", .string, mayBeAbsent: true, description: "When it was stored, or had failed."),
        Property("frozenMilliseconds", Double?.self, "How long the container stood still."),
        Property("error", RuntimeError?.self, "Why there is no archive."),
        Property("fallback", RuntimeError?.self, "Why no better method was used."),
        Property("restores", [CheckpointRestore].self, "The newest pods that came from it.", .count(...10)),
        Property.conditions,
    ]

    public var phase: CheckpointPhase? {
        get { self["phase"] }
        set { self["phase"] = newValue }
    }
    public var method: CheckpointMethod? {
        get { self["method"] }
        set { self["method"] = newValue }
    }
    public var means: VolumeMeans? {
        get { self["means"] }
        set { self["means"] = newValue }
    }
    public var node: String? {
        get { self["node"] }
        set { self["node"] = newValue }
    }
    public var pod: String? {
        get { self["pod"] }
        set { self["pod"] = newValue }
    }
    public var podUID: String? {
        get { self["podUID"] }
        set { self["podUID"] = newValue }
    }
    public var container: String? {
        get { self["container"] }
        set { self["container"] = newValue }
    }
    public var location: String? {
        get { self["location"] }
        set { self["location"] = newValue }
    }
    public var digest: String? {
        get { self["digest"] }
        set { self["digest"] = newValue }
    }
    public var sizeBytes: Int? {
        get { self["sizeBytes"] }
        set { self["sizeBytes"] = newValue }
    }
    public var isEncrypted: Bool {
        get { self["encrypted"] ?? false }
        set { self["encrypted"] = newValue }
    }
    public var constraints: CheckpointConstraints? {
        get { self["constraints"] }
        set { self["constraints"] = newValue }
    }
    /// RFC 3339.
    public var startedAt: String? {
        get { self["startedAt"] }
        set { self["startedAt"] = newValue }
    }
    public var completedAt: String? {
        get { self["completedAt"] }
        set { self["completedAt"] = newValue }
    }
    public var frozenMilliseconds: Double? {
        get { self["frozenMilliseconds"] }
        set { self["frozenMilliseconds"] = newValue }
    }
    public var error: (code: String, message: String)? {
        get { (self["error"] as RuntimeError?).map { ($0.code ?? "", $0.message ?? "") } }
        set { self["error"] = newValue.map { RuntimeError(code: $0.code, message: $0.message) } }
    }
    public var fallback: (code: String, message: String)? {
        get { (self["fallback"] as RuntimeError?).map { ($0.code ?? "", $0.message ?? "") } }
        set { self["fallback"] = newValue.map { RuntimeError(code: $0.code, message: $0.message) } }
    }
    public var restores: [CheckpointRestore] {
        get { self["restores"] }
        set { self["restores"] = newValue }
    }
    /// `Stored`, with the phase or, where it is True, the method as its reason.
    public var conditions: [Condition] {
        get { self["conditions"] }
        set { self["conditions"] = newValue }
    }
}

/// What a restore needs to be possible.
public struct CheckpointConstraints: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("kernel", String?.self), Property("architecture", String?.self), Property("criu", String?.self),
    ]

    public init(kernel: String?, architecture: String?, criu: String?) {
        document = JSONObject()
        self["kernel"] = kernel
        self["architecture"] = architecture
        self["criu"] = criu
    }

    public var kernel: String? { self["kernel"] }
    public var architecture: String? { self["architecture"] }
    public var criu: String? { self["criu"] }
}

/// A pod that was to go on from a checkpoint, and what became of that.
public struct CheckpointRestore: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("pod", String.self), Property("podUID", String.self),
        Property("request", String?.self, "The wish that it came of: the runtime's `clawkit.dev/restart-at`."),
        Property("method", RuntimeRestored.Method?.self, "What was really done."),
        Property("code", String?.self, "Why nothing better."), Property("message", String?.self),
        Property("at", .string, mayBeAbsent: true, description: "When it was seen, RFC 3339."),
    ]

    public init(pod: String, podUID: String, request: String?, method: RuntimeRestored.Method, at: String) {
        document = ["pod": .string(pod), "podUID": .string(podUID), "at": .string(at)]
        self["request"] = request
        self["method"] = method
    }

    public var pod: String { self["pod"] }
    public var podUID: String { self["podUID"] }
    public var request: String? { self["request"] }
    public var method: RuntimeRestored.Method? { self["method"] }
    public var code: String? {
        get { self["code"] }
        set { self["code"] = newValue }
    }
    public var message: String? {
        get { self["message"] }
        set { self["message"] = newValue }
    }
    public var at: String? { self["at"] }
}
