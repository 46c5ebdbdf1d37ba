public import ClawCustomResources

/// One user's long-lived agent: a pod with a volume, a model key of its own, and an address.
public struct Runtime: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "Runtime", shortNames: ["rt"], categories: ["all"])
    public static let summary =
        "One user's long-lived agent: a pod with a volume, a model key of its own, and an address."
    public static let properties = [Property("spec", RuntimeSpec.self), Property("status", RuntimeStatus?.self)]
    public static let columns = [
        PrinterColumn("User", "string", ".spec.user"), PrinterColumn("Phase", "string", ".status.phase"),
        PrinterColumn("Restarts", "integer", ".status.restarts"), PrinterColumn("URL", "string", ".status.url"), .age,
    ]

    public init(metadata: ObjectMeta, spec: RuntimeSpec) {
        self.init(metadata)
        self.spec = spec
    }

    public var spec: RuntimeSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: RuntimeStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }

    /// The annotations by which `restart`, `recover` and waking are asked for; each value is the moment of the wish.
    public static let restartAnnotation = "clawkit.dev/restart-at"
    public static let recoverAnnotation = "clawkit.dev/recover-at"
    public static let wakeAnnotation = "clawkit.dev/wake-at"

    /// The annotation with the RemoteCapacity that was given to it; the orchestrator's to write.
    public static let capacityAnnotation = "clawkit.dev/capacity"
    /// The name of a ``Checkpoint`` of this runtime: the pod that the present wish to restart comes to goes on from it.
    public static let restoreAnnotation = "clawkit.dev/restore"
    /// A checkpoint is made of it, and this annotation taken away: the moment of the wish.
    public static let checkpointAnnotation = "clawkit.dev/checkpoint-at"

    /// What was asked for by annotation, as one text: the status repeats it in ``RuntimeStatus/observedRequest``
    /// once it has been carried out.
    public var request: String {
        [Self.restartAnnotation, Self.recoverAnnotation, Self.wakeAnnotation].compactMap { annotations[$0] }.joined(separator: ",")
    }

    /// The label of pods that something else makes for a runtime (a Sandbox): the runtime's uid. `clawkit.dev/runtime` has
    /// its name. Pods of sandboxes that were claimed have both as annotations: agent-sandbox takes no labels of others.
    public static let uidLabel = "clawkit.dev/runtime-uid"
    public static let nameLabel = "clawkit.dev/runtime"

    /// The runtime that a pod is of: the one that controls it, or whose Sandbox does; nil where it is no runtime's.
    public static func owner(of pod: Pod) -> (name: String, uid: String)? {
        guard let owner = pod.metadata.controllerReference else { return nil }
        let group = owner.apiVersion.split(separator: "/").first.map(String.init)
        if owner.kind == type.kind, group == type.group { return (owner.name, owner.uid) }
        // Who may make sandboxes may as well name any pod's owner: the label says no less than a reference does.
        guard owner.kind == "Sandbox", group == "agents.x-k8s.io",
            let uid = pod.labels[uidLabel] ?? pod.annotations[uidLabel],
            let name = pod.labels[nameLabel] ?? pod.annotations[nameLabel]
        else { return nil }
        return (name, uid)
    }
}
