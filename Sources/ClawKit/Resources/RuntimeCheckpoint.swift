public import ClawCustomResources

/// When what a runtime is doing is kept.
public enum RuntimeRest: String, SchemaEnum {
    case suspend = "Suspend", stop = "Stop"
    /// No rest: while its node is being emptied a checkpoint is made, and the runtime goes on.
    case drain = "Drain"
    /// Before none: for a runtime whose template says otherwise.
    case never = "Never"
}

/// What is kept of a runtime before another program or configuration takes the present one's place.
public struct UpdateCheckpoint: SchemaView {
    /// What becomes of the update where nothing could be kept.
    public enum Failure: String, SchemaEnum {
        /// It waits until somebody decides.
        case hold = "Hold"
        case proceed = "Proceed"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("method", CheckpointMethod?.self, "How; the best there is if absent."),
        Property("keep", Int.self, "How many stay, the newest.", default: 3, .range(1...64)),
        Property("onFailure", Failure.self, "Whether the update goes on where nothing could be kept.", default: .hold),
    ]

    public init(method: CheckpointMethod? = nil, keep: Int = 3, onFailure: Failure = .hold) {
        document = JSONObject()
        self["method"] = method
        self["keep"] = keep
        self["onFailure"] = onFailure
    }

    public var method: CheckpointMethod? { self["method"] }
    public var keep: Int { self["keep", default: 3] }
    public var onFailure: Failure { self["onFailure", default: .hold] }
}

/// How a runtime is kept while it rests, and when else.
public struct RuntimeCheckpoint: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("on", [RuntimeRest].self, "Before which rests, and when else; Suspend if absent."),
        Property(
            "timeoutSeconds", Int.self, "How long it may take; then the runtime rests without.", default: 30,
            .range(1...60)),
        Property(
            "secretName", String?.self, "The Secret of the namespace whose `key` the archive is encrypted with.",
            .length(1...253)),
        Property("beforeUpdate", UpdateCheckpoint?.self, "Before another program or configuration; absent: nothing is kept."),
    ]

    public init(on rests: [RuntimeRest] = [.suspend], secretName: String? = nil, beforeUpdate: UpdateCheckpoint? = nil) {
        document = JSONObject()
        self["on"] = rests
        self["secretName"] = secretName
        self["beforeUpdate"] = beforeUpdate
    }

    public var rests: [RuntimeRest] {
        let rests: [RuntimeRest] = self["on"]
        return rests.isEmpty ? [.suspend] : rests
    }
    public var keepsOnDrain: Bool { rests.contains(.drain) }
    public var timeoutSeconds: Int { self["timeoutSeconds", default: 30] }
    public var secretName: String? { self["secretName"] }
    public var beforeUpdate: UpdateCheckpoint? { self["beforeUpdate"] }
}

/// A checkpoint that a runtime's rest came with.
public struct RuntimeKept: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("checkpoint", String?.self, "The Checkpoint's name."),
        Property("method", CheckpointMethod?.self, "How it was kept; absent: it was not, its volume aside."),
        Property("code", String?.self, "Why not, or not better."), Property("message", String?.self),
    ]

    public init(checkpoint: String, method: CheckpointMethod?, error: (code: String, message: String)? = nil) {
        document = ["checkpoint": .string(checkpoint)]
        self["method"] = method
        self["code"] = error?.code
        self["message"] = error?.message
    }

    public var checkpoint: String { self["checkpoint"] ?? "" }
    public var method: CheckpointMethod? { self["method"] }
    public var code: String? { self["code"] }
    public var message: String? { self["message"] }
}

/// How a runtime's pod came back.
public struct RuntimeRestored: SchemaView {
    public enum Method: String, SchemaEnum { case process = "Process", image = "Image", cold = "Cold" }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("method", Method?.self, "What was really done."),
        Property("code", String?.self, "Why nothing better."), Property("message", String?.self),
        Property("milliseconds", Double?.self, "What the restore took."),
    ]

    public init(method: Method, code: String?, message: String?, milliseconds: Double?) {
        document = ["method": .string(method.rawValue)]
        self["code"] = code
        self["message"] = message
        self["milliseconds"] = milliseconds
    }

    public var method: Method? { self["method"] }
    public var code: String? { self["code"] }
    public var message: String? { self["message"] }
    public var milliseconds: Double? { self["milliseconds"] }
}
