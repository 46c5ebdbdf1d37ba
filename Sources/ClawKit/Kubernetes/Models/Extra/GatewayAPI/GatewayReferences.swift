public import ClawDocuments

/// An object that a gateway or route refers to. In another namespace only where a ReferenceGrant allows it.
public struct GatewayObjectReference: DocumentView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public init(name: String, group: String? = nil, kind: String? = nil, namespace: String? = nil, port: Int? = nil) {
        document = JSONObject()
        document.set(.name, name)
        document.set(.group, group)
        document.set(.kind, kind)
        document.set(.namespace, namespace)
        document.set(.port, port)
    }

    public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
    /// Empty for the core group.
    public var group: String? { get { document.string(.group) } set { document.set(.group, newValue) } }
    public var kind: String? { get { document.string(.kind) } set { document.set(.kind, newValue) } }
    public var namespace: String? {
        get { document.string(.namespace) }
        set { document.set(.namespace, newValue) }
    }
    /// For services.
    public var port: Int? { get { document.int(.port) } set { document.set(.port, newValue) } }
}

/// What a route attaches to; a Gateway where no kind is given.
public struct GatewayParentReference: DocumentView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public init(
        name: String, namespace: String? = nil, sectionName: String? = nil, port: Int? = nil, group: String? = nil,
        kind: String? = nil
    ) {
        document = JSONObject()
        document.set(.name, name)
        document.set(.namespace, namespace)
        document.set("sectionName", sectionName)
        document.set(.port, port)
        document.set(.group, group)
        document.set(.kind, kind)
    }

    public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
    public var namespace: String? {
        get { document.string(.namespace) }
        set { document.set(.namespace, newValue) }
    }
    /// One listener; all where absent.
    public var sectionName: String? {
        get { document.string("sectionName") }
        set { document.set("sectionName", newValue) }
    }
    public var port: Int? { get { document.int(.port) } set { document.set(.port, newValue) } }
    public var group: String? { get { document.string(.group) } set { document.set(.group, newValue) } }
    public var kind: String? { get { document.string(.kind) } set { document.set(.kind, newValue) } }
}

/// Where a route's requests go; a Service where no kind is given.
public struct GatewayBackendReference: DocumentView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public init(
        name: String, port: Int? = nil, weight: Int? = nil, namespace: String? = nil, group: String? = nil,
        kind: String? = nil, filters: [HTTPRoute.Filter] = []
    ) {
        document = JSONObject()
        document.set(.name, name)
        document.set(.port, port)
        document.set(.weight, weight)
        document.set(.namespace, namespace)
        document.set(.group, group)
        document.set(.kind, kind)
        document.set("filters", filters)
    }

    public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
    /// Required for services.
    public var port: Int? { get { document.int(.port) } set { document.set(.port, newValue) } }
    /// Its share among its siblings; 1 where absent.
    public var weight: Int? { get { document.int(.weight) } set { document.set(.weight, newValue) } }
    public var namespace: String? {
        get { document.string(.namespace) }
        set { document.set(.namespace, newValue) }
    }
    public var group: String? { get { document.string(.group) } set { document.set(.group, newValue) } }
    public var kind: String? { get { document.string(.kind) } set { document.set(.kind, newValue) } }
    public var filters: [HTTPRoute.Filter] {
        get { document.views("filters") }
        set { document.set("filters", newValue) }
    }
}
