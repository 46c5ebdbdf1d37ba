public import ClawCustomResources

public struct RuntimeSpec: SchemaView {
    public enum DesiredState: String, SchemaEnum {
        case running = "Running", suspended = "Suspended", stopped = "Stopped"
    }

    public enum Retention: String, SchemaEnum {
        /// The volume outlives the runtime.
        case retain = "Retain"
        /// The volume goes with the runtime.
        case wipe = "Wipe"
    }

    /// By what a cluster runs it.
    public enum Driver: String, SchemaEnum {
        /// A pod of its own.
        case pod = "Pod"
        /// A Sandbox of kubernetes-sigs/agent-sandbox, which makes the pod.
        case sandbox = "Sandbox"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("user", .string, mayBeAbsent: false, description: "Whose runtime it is.", Constraint.label),
        Property("template", .string, mayBeAbsent: true, description: "What it is made of.", Constraint.label),
        Property("desiredState", DesiredState.self, "What it should do.", default: .running),
        Property("driver", Driver?.self, "By what the cluster runs it; as the platform is set if absent."),
        Property("placement", RuntimePlacement?.self, "Enrolled capacity elsewhere that it runs on; absent: this cluster."),
        Property("image", String?.self, "Instead of the template's."),
        Property("command", [String].self, "Instead of the template's."),
        Property("env", [EnvVar].self, "Beside the template's.", .map(keys: "name")),
        Property("volume", RuntimeVolume?.self, "What it keeps."),
        Property("checkpoint", RuntimeCheckpoint?.self, "What it was doing is kept while it rests; absent: it is not."),
        Property("models", [String].self, "The aliases of the models it may call; the template's if absent."),
        Property(
            "resources", [String: Quantity].self,
            "How much it gets of cpu, memory and others, as far as its template allows.", .count(...16)),
        Property("idle", RuntimeIdle?.self, "When it may sleep though it is wanted running."),
        Property("wake", RuntimeWake?.self, "What becomes of requests while it sleeps."),
    ]

    /// - Parameter capacity: the RemoteCapacity that it runs on; nil: the cluster.
    public init(
        user: String, template: String? = nil, desiredState: DesiredState = .running, capacity: String? = nil
    ) {
        document = ["user": .string(user)]
        if let capacity { placement = RuntimePlacement(capacity: capacity) }
        self.template = template
        self.desiredState = desiredState
    }

    public var user: String { self["user"] }
    public var template: String? {
        get { self["template"] }
        set { self["template"] = newValue }
    }
    public var desiredState: DesiredState {
        get { self["desiredState", default: .running] }
        set { self["desiredState"] = newValue }
    }
    public var driver: Driver? {
        get { self["driver"] }
        set { self["driver"] = newValue }
    }
    public var placement: RuntimePlacement? {
        get { self["placement"] }
        set { self["placement"] = newValue }
    }
    public var image: String? { self["image"] }
    public var command: [String] { self["command"] }
    public var env: [EnvVar] { self["env"] }
    public var models: [String] { self["models"] }
    public var resources: [String: Quantity] {
        get { self["resources"] }
        set { self["resources"] = newValue }
    }
    public var checkpoint: RuntimeCheckpoint? {
        get { self["checkpoint"] }
        set { self["checkpoint"] = newValue }
    }
    public var volume: RuntimeVolume { self["volume"] }
    public var volumeSize: Quantity { volume.size }
    public var retention: Retention { volume.retention }
    public var idle: RuntimeIdle? {
        get { self["idle"] }
        set { self["idle"] = newValue }
    }
    public var wake: RuntimeWake {
        get { self["wake", default: RuntimeWake()] }
        set { self["wake"] = newValue }
    }
}

public struct RuntimeVolume: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("size", .intOrString, mayBeAbsent: true, description: "A quantity.", default: "1Gi"),
        Property("retention", RuntimeSpec.Retention.self, "What becomes of it with the runtime.", default: .retain),
        Property("storageClass", String?.self, "The cluster's default if absent; counts when it is made.", .length(1...253)),
        Property("shared", SharedVolume?.self, "A directory of a volume that is there, in place of one of its own."),
        Property("restoreFrom", String?.self, "The VolumeSnapshot, or the copy of a volume, that it begins as; counts when it is made.", .length(1...253)),
        Property("snapshots", VolumeSnapshots?.self, "Taken before another program or configuration gets the volume."),
    ]

    public var size: Quantity { self["size", default: "1Gi"] }
    public var retention: RuntimeSpec.Retention { self["retention", default: .retain] }
    public var storageClass: String? { self["storageClass"] }
    public var shared: SharedVolume? { self["shared"] }
    public var restoreFrom: String? { self["restoreFrom"] }
    public var snapshots: VolumeSnapshots? { self["snapshots"] }
}

/// A volume that several runtimes have, each in a directory of its own.
public struct SharedVolume: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("claim", String.self, "A PersistentVolumeClaim of the namespace.", .length(1...253)),
        Property(
            "subPath", String?.self, "The directory; USER/RUNTIME if absent.", .length(1...512),
            .rule("!self.startsWith('/') && !self.split('/').exists(p, p == '..')", "a relative path without ..")),
    ]
    public var claim: String { self["claim"] }
    public var subPath: String? { self["subPath"] }
}

/// <https://kubernetes.io/docs/concepts/storage/volume-snapshots/>
public struct VolumeSnapshots: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("keep", Int.self, "How many; older ones are deleted.", default: 3, .range(1...100)),
        Property("snapshotClass", String?.self, "The cluster's default if absent.", .length(1...253)),
    ]
    public var keep: Int { self["keep", default: 3] }
    public var snapshotClass: String? { self["snapshotClass"] }
}
