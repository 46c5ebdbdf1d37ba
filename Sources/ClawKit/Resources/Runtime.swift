public import ClawKubernetes

/// One user's long-lived agent: a pod with a volume, a model key of its own, and an address.
public struct Runtime: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "Runtime", shortNames: ["rt"], categories: ["all"])

    public init(metadata: ObjectMeta, spec: RuntimeSpec) {
        self.init(metadata)
        self.spec = spec
    }

    public var spec: RuntimeSpec {
        get { document.view(.spec) ?? RuntimeSpec(document: JSONObject()) }
        set { document.set(.spec, newValue) }
    }

    public var status: RuntimeStatus {
        get { document.view(.status) ?? RuntimeStatus(document: JSONObject()) }
        set { document.set(.status, newValue) }
    }

    public static let columns = [
        PrinterColumn("User", "string", ".spec.user"), PrinterColumn("Phase", "string", ".status.phase"),
        PrinterColumn("Restarts", "integer", ".status.restarts"), PrinterColumn("URL", "string", ".status.url"), .age,
    ]

    public static let specSchema = Shape.object(
        [
            "user": Shape.label, "template": Shape.label,
            "desiredState": Shape.word(RuntimeSpec.DesiredState.allCases.map(\.rawValue), default: "Running"),
            "image": Shape.string, "command": Shape.strings,
            "env": Shape.list(
                of: Shape.object(
                    [
                        "name": Shape.string, "value": Shape.string,
                        "valueFrom": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                    ], required: ["name"]),
                keys: ["name"]),
            "volume": .object(
                Shape.object([
                    "size": [
                        "anyOf": [["type": "integer"], ["type": "string"]], "x-kubernetes-int-or-string": true,
                        "default": "1Gi",
                    ],
                    "retention": Shape.word(["Retain", "Wipe"], default: "Retain"),
                ])),
            "models": Shape.strings,
        ], required: ["user"])

    public static let statusSchema = Shape.object([
        "phase": Shape.word(RuntimePhase.allCases.map(\.rawValue)), "url": Shape.string, "restarts": Shape.integer,
        "restartsWhenReady": Shape.integer,
        "lastError": .object(Shape.object(["code": Shape.string, "message": Shape.string])),
        "observedGeneration": Shape.integer, "observedRequest": Shape.string, "conditions": Shape.conditions,
    ])

    /// The annotations by which `restart` and `recover` are asked for; each value is the moment of the wish.
    public static let restartAnnotation = "clawkit.dev/restart-at"
    public static let recoverAnnotation = "clawkit.dev/recover-at"

    /// What was asked for by annotation, as one text: the status repeats it in ``RuntimeStatus/observedRequest``
    /// once it has been carried out.
    public var request: String {
        [Self.restartAnnotation, Self.recoverAnnotation].compactMap { annotations[$0] }.joined(separator: ",")
    }
}

public struct RuntimeSpec: DocumentView {
    public enum DesiredState: String, Sendable, CaseIterable {
        case running = "Running", suspended = "Suspended", stopped = "Stopped"
    }

    public enum Retention: String, Sendable {
        /// The volume outlives the runtime.
        case retain = "Retain"
        /// The volume goes with the runtime.
        case wipe = "Wipe"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public init(user: String, template: String? = nil, desiredState: DesiredState = .running) {
        document = ["user": .string(user)]
        self.template = template
        self.desiredState = desiredState
    }

    public var user: String { document.string("user") ?? "" }
    public var template: String? {
        get { document.string(.template) }
        set { document.set(.template, newValue) }
    }
    public var desiredState: DesiredState {
        get { document.string("desiredState").flatMap(DesiredState.init) ?? .running }
        set { document.set("desiredState", newValue.rawValue) }
    }
    public var image: String? { document.string(.image) }
    public var command: [String] { document.strings(.command) }
    public var env: [EnvVar] { document.views(.env) }
    public var models: [String] { document.strings("models") }
    public var volumeSize: Quantity { document["volume"]?.object?.scalar("size") ?? "1Gi" }
    public var retention: Retention {
        document["volume"]?["retention"]?.string.flatMap(Retention.init) ?? .retain
    }
}

/// Where a runtime stands; derived from its conditions and children, never an input.
public enum RuntimePhase: String, Sendable, CaseIterable {
    case pending = "Pending", scheduled = "Scheduled", creating = "Creating", starting = "Starting", ready = "Ready"
    case suspending = "Suspending", suspended = "Suspended", waking = "Waking", recovering = "Recovering"
    case stopping = "Stopping", stopped = "Stopped", failed = "Failed", refused = "Refused", deleting = "Deleting"
}

public struct RuntimeStatus: DocumentView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public var phase: RuntimePhase? {
        get { document.string("phase").flatMap(RuntimePhase.init) }
        set { document.set("phase", newValue?.rawValue) }
    }
    public var url: String? {
        get { document.string("url") }
        set { document.set("url", newValue) }
    }
    public var restarts: Int {
        get { document.int("restarts") ?? 0 }
        set { document.set("restarts", newValue) }
    }
    /// How many of ``restarts`` there were when it was last ready; those since count towards a crash loop.
    public var restartsWhenReady: Int {
        get { document.int("restartsWhenReady") ?? 0 }
        set { document.set("restartsWhenReady", newValue == 0 ? nil : newValue) }
    }
    public var lastError: (code: String, message: String)? {
        get {
            guard let error = document["lastError"] else { return nil }
            return (error["code"]?.string ?? "", error["message"]?.string ?? "")
        }
        set {
            document["lastError"] = newValue.map { ["code": .string($0.code), "message": .string($0.message)] }
        }
    }
    public var observedGeneration: Int {
        get { document.int("observedGeneration") ?? 0 }
        set { document.set("observedGeneration", newValue) }
    }
    /// The ``Runtime/request`` that this status is the answer to.
    public var observedRequest: String {
        get { document.string("observedRequest") ?? "" }
        set { document.set("observedRequest", newValue.isEmpty ? nil : newValue) }
    }
    public var conditions: [Condition] {
        get { document.views(.conditions) }
        set { document.set(.conditions, newValue) }
    }
}
