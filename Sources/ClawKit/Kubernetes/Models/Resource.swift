public import ClawDocuments

/// A top-level kind: something with a path of its own in the API.
///
/// Custom resources conform by hand:
///
///     struct Runtime: Resource {
///         static let type = ResourceType(group: "clawkit.dev", version: "v1alpha1", kind: "Runtime")
///         var document: JSONObject
///         init(document: JSONObject) { self.document = document }
///         var spec: RuntimeSpec? { get { document.view(.spec) } set { document.set(.spec, newValue) } }
///     }
public protocol Resource: DocumentView {
    static var type: ResourceType { get }
    /// What of an object is asked for from a server.
    static var representation: ResourceRepresentation { get }
    /// Absent reads as empty.
    var metadata: ObjectMeta { get set }
    /// The object's own type: the static one, but for kinds known only at run time.
    var resourceType: ResourceType { get }
    /// A document read as an object of a type; kinds known at compile time need not look at it.
    init(document: JSONObject, type: ResourceType)
}

/// What of an object a server sends.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources>
public enum ResourceRepresentation: Sendable, Hashable {
    case whole, metadata
}

extension Resource {
    public static var representation: ResourceRepresentation { .whole }
    public var resourceType: ResourceType { Self.type }

    /// Servers leave version and kind out of a list's items, but not out of a watch's events: with them filled in, an
    /// object is the same wherever it was read.
    public init(document: JSONObject, type: ResourceType) {
        self.init(document: document)
        if document[.apiVersion] == nil { self.document.set(.apiVersion, type.apiVersion) }
        if document[.kind] == nil { self.document.set(.kind, type.kind) }
    }

    public var metadata: ObjectMeta {
        get { document.viewOrEmpty(.metadata) }
        set { document.set(.metadata, newValue) }
    }

    /// An object of this kind with nothing but its metadata.
    public init(_ metadata: ObjectMeta) {
        self.init(document: JSONObject())
        document.setKind(Self.type.apiVersion, Self.type.kind)
        self.metadata = metadata
    }

    /// As written in the document, which may be another version than the type's.
    public var apiVersion: String? { document.string(.apiVersion) }
    /// As written in the document.
    public var kind: String? { document.string(.kind) }

    /// Empty where absent.
    public var name: String { metadata.name ?? "" }
    /// nil for resources of the whole cluster.
    public var namespace: String? { metadata.namespace }
    public var uid: String? { metadata.uid }
    public var resourceVersion: String? { metadata.resourceVersion }

    public var labels: [String: String] {
        get { metadata.labels }
        set { metadata.labels = newValue }
    }

    public var annotations: [String: String] {
        get { metadata.annotations }
        set { metadata.annotations = newValue }
    }

    /// Whether deletion has been asked for and finalizers still hold the object.
    public var isBeingDeleted: Bool { metadata.deletionTimestamp != nil }
}
