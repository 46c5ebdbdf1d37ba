public import ClawDocuments

/// An object of Traefik's in the same namespace where none is named.
public struct TraefikObjectReference: DocumentView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public init(name: String, namespace: String? = nil) {
        document = JSONObject()
        document.set(.name, name)
        document.set(.namespace, namespace)
    }

    public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
    public var namespace: String? {
        get { document.string(.namespace) }
        set { document.set(.namespace, newValue) }
    }
}

/// A Service, or by its kind a ``TraefikService``, with how to talk to it.
public struct TraefikServiceReference: DocumentView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public init(
        name: String, port: IntOrString? = nil, kind: String? = nil, namespace: String? = nil, scheme: String? = nil,
        weight: Int? = nil, percent: Int? = nil, strategy: String? = nil, passHostHeader: Bool? = nil,
        serversTransport: String? = nil, nativeLB: Bool? = nil, nodePortLB: Bool? = nil,
        middlewares: [TraefikObjectReference] = [], sticky: JSON? = nil, healthCheck: JSON? = nil,
        responseForwarding: JSON? = nil
    ) {
        document = JSONObject()
        document.set(.name, name)
        document.set(.port, port)
        document.set(.kind, kind)
        document.set(.namespace, namespace)
        document.set(.scheme, scheme)
        document.set(.weight, weight)
        document.set("percent", percent)
        document.set(.strategy, strategy)
        document.set("passHostHeader", passHostHeader)
        document.set("serversTransport", serversTransport)
        document.set("nativeLB", nativeLB)
        document.set("nodePortLB", nodePortLB)
        document.set("middlewares", middlewares)
        document.set("sticky", sticky)
        document.set("healthCheck", healthCheck)
        document.set("responseForwarding", responseForwarding)
    }

    public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
    public var port: IntOrString? { get { document.scalar(.port) } set { document.set(.port, newValue) } }
    /// `Service` (where absent) or `TraefikService`.
    public var kind: String? { get { document.string(.kind) } set { document.set(.kind, newValue) } }
    public var namespace: String? {
        get { document.string(.namespace) }
        set { document.set(.namespace, newValue) }
    }
    /// `http`, `https` or `h2c`.
    public var scheme: String? { get { document.string(.scheme) } set { document.set(.scheme, newValue) } }
    public var weight: Int? { get { document.int(.weight) } set { document.set(.weight, newValue) } }
    /// For mirrors.
    public var percent: Int? { get { document.int("percent") } set { document.set("percent", newValue) } }
    /// `wrr`, `p2c`, `hrw` or `leasttime`.
    public var strategy: String? {
        get { document.string(.strategy) }
        set { document.set(.strategy, newValue) }
    }
    public var passHostHeader: Bool? {
        get { document.bool("passHostHeader") }
        set { document.set("passHostHeader", newValue) }
    }
    public var serversTransport: String? {
        get { document.string("serversTransport") }
        set { document.set("serversTransport", newValue) }
    }
    public var nativeLB: Bool? { get { document.bool("nativeLB") } set { document.set("nativeLB", newValue) } }
    public var nodePortLB: Bool? {
        get { document.bool("nodePortLB") }
        set { document.set("nodePortLB", newValue) }
    }
    public var middlewares: [TraefikObjectReference] {
        get { document.views("middlewares") }
        set { document.set("middlewares", newValue) }
    }
    public var sticky: JSON? { get { document["sticky"] } set { document.set("sticky", newValue) } }
    public var healthCheck: JSON? {
        get { document["healthCheck"] }
        set { document.set("healthCheck", newValue) }
    }
    public var responseForwarding: JSON? {
        get { document["responseForwarding"] }
        set { document.set("responseForwarding", newValue) }
    }
}
