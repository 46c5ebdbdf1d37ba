public import ClawCustomResources

/// Makes checkpoints of a runtime or pod at set times, and keeps the newest of them.
public struct CheckpointSchedule: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "CheckpointSchedule", plural: "checkpointschedules")
    public static let summary = "Makes checkpoints of a runtime or pod at set times, and keeps the newest of them."
    public static let properties = [
        Property("spec", CheckpointScheduleSpec.self), Property("status", CheckpointScheduleStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Schedule", "string", ".spec.schedule"), PrinterColumn("Keep", "integer", ".spec.keep"),
        PrinterColumn("Last", "string", ".status.lastScheduledAt"),
        PrinterColumn("Error", "string", ".status.error.code"), .age,
    ]

    public init(metadata: ObjectMeta, spec: CheckpointScheduleSpec) {
        self.init(metadata)
        self.spec = spec
    }

    public var spec: CheckpointScheduleSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: CheckpointScheduleStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

public struct CheckpointScheduleSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property(
            "schedule", String.self, "Five cron fields in UTC, @daily and the like, or @every 90m.", .length(1...200)),
        Property("checkpoint", CheckpointSpec.self, "What to keep, and how."),
        Property("keep", Int.self, "How many stored ones stay.", default: 3, .range(1...64)),
        Property("suspend", Bool?.self, "Whether it rests."),
    ]

    public init(schedule: String, checkpoint: CheckpointSpec, keep: Int = 3) {
        document = ["schedule": .string(schedule)]
        self["checkpoint"] = checkpoint
        self["keep"] = keep
    }

    public var schedule: String { self["schedule"] }
    public var checkpoint: CheckpointSpec { self["checkpoint"] }
    public var keep: Int { self["keep", default: 3] }
    public var isSuspended: Bool {
        get { self["suspend"] ?? false }
        set { self["suspend"] = newValue ? true : nil }
    }
}

public struct CheckpointScheduleStatus: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("lastScheduledAt", .string, mayBeAbsent: true, description: "The last due time that was heeded."),
        Property("error", RuntimeError?.self, "Why nothing is scheduled."),
    ]

    /// RFC 3339.
    public var lastScheduledAt: String? {
        get { self["lastScheduledAt"] }
        set { self["lastScheduledAt"] = newValue }
    }
    public var error: (code: String, message: String)? {
        get { (self["error"] as RuntimeError?).map { ($0.code ?? "", $0.message ?? "") } }
        set { self["error"] = newValue.map { RuntimeError(code: $0.code, message: $0.message) } }
    }
}
