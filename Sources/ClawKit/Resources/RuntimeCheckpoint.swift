public import ClawCustomResources

/// When what a runtime is doing is kept.
public enum RuntimeRest: String, SchemaEnum {
    case suspend = "Suspend", stop = "Stop"
    /// No rest: while its node is being emptied a checkpoint is made, and the runtime goes on.
    case drain = "Drain"
}

/// How a runtime is kept while it rests.
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
    ]

    public init(on rests: [RuntimeRest] = [.suspend], secretName: String? = nil) {
        document = JSONObject()
        self["on"] = rests
        self["secretName"] = secretName
    }

    public var rests: [RuntimeRest] {
        let rests: [RuntimeRest] = self["on"]
        return rests.isEmpty ? [.suspend] : rests
    }
    public var keepsOnDrain: Bool { rests.contains(.drain) }
    public var timeoutSeconds: Int { self["timeoutSeconds", default: 30] }
    public var secretName: String? { self["secretName"] }
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
