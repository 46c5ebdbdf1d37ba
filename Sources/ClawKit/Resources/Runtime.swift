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

    /// What was asked for by annotation, as one text: the status repeats it in ``RuntimeStatus/observedRequest``
    /// once it has been carried out.
    public var request: String {
        [Self.restartAnnotation, Self.recoverAnnotation, Self.wakeAnnotation].compactMap { annotations[$0] }.joined(separator: ",")
    }
}
