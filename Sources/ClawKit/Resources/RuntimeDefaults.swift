public import ClawCustomResources
import ClawDocuments

/// What a template says of rest for the runtimes that say nothing themselves. It stands in their status, so that whoever sees
/// a runtime knows what holds for it.
public struct RuntimeDefaults: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("idle", RuntimeIdle?.self, "When it may sleep."),
        Property("wake", RuntimeWake?.self, "What becomes of requests while it sleeps."),
        Property("checkpoint", RuntimeCheckpoint?.self, "What of it is kept."),
    ]

    /// What of a template counts for a runtime; nil: nothing.
    public init?(of template: RuntimeTemplateSpec, for runtime: RuntimeSpec) {
        document = JSONObject()
        for rule in Self.properties.map({ FieldKey($0.name) }) where runtime.document[rule] == nil {
            document[rule] = template.document[rule]
        }
        if document.isEmpty { return nil }
    }

    public var idle: RuntimeIdle? { self["idle"] }
    public var wake: RuntimeWake? { self["wake"] }
    public var checkpoint: RuntimeCheckpoint? { self["checkpoint"] }
}

/// What holds for a runtime: its own word, as a whole, before its template's.
extension Runtime {
    /// When it may sleep though it is wanted running; nil: never by itself.
    public var idle: RuntimeIdle? { spec.idle ?? status.defaults?.idle }
    /// What becomes of requests while it sleeps.
    public var wake: RuntimeWake { spec["wake"] ?? status.defaults?.wake ?? RuntimeWake() }
    /// What of it is kept; nil: nothing.
    public var checkpoint: RuntimeCheckpoint? { spec.checkpoint ?? status.defaults?.checkpoint }
}
