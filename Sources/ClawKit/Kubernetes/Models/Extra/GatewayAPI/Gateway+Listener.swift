public import ClawDocuments

extension Gateway {
    /// A port with a protocol and, for some, a hostname.
    public struct Listener: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            name: String, port: Int, `protocol`: String, hostname: String? = nil, tls: TLS? = nil,
            allowedRoutes: AllowedRoutes? = nil
        ) {
            document = JSONObject()
            document.set(.name, name)
            document.set(.port, port)
            document.set(.protocol, `protocol`)
            document.set(.hostname, hostname)
            document.set(.tls, tls)
            document.set("allowedRoutes", allowedRoutes)
        }

        public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
        public var port: Int { get { document.int(.port) ?? 0 } set { document.set(.port, newValue) } }
        /// `HTTP`, `HTTPS`, `TLS`, `TCP`, `UDP` or a domain with a path.
        public var `protocol`: String {
            get { document.string(.protocol) ?? "" }
            set { document.set(.protocol, newValue) }
        }
        /// Every one where absent; `*.example.com` matches names below.
        public var hostname: String? {
            get { document.string(.hostname) }
            set { document.set(.hostname, newValue) }
        }
        public var tls: TLS? { get { document.view(.tls) } set { document.set(.tls, newValue) } }
        public var allowedRoutes: AllowedRoutes? {
            get { document.view("allowedRoutes") }
            set { document.set("allowedRoutes", newValue) }
        }
    }

    /// How a listener ends TLS.
    public struct TLS: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            mode: String? = nil, certificateRefs: [GatewayObjectReference] = [], options: [String: String] = [:]
        ) {
            document = JSONObject()
            document.set(.mode, mode)
            document.set("certificateRefs", certificateRefs)
            document.set(.options, options)
        }

        /// `Terminate` or `Passthrough`.
        public var mode: String? { get { document.string(.mode) } set { document.set(.mode, newValue) } }
        /// Secrets, of type `kubernetes.io/tls`.
        public var certificateRefs: [GatewayObjectReference] {
            get { document.views("certificateRefs") }
            set { document.set("certificateRefs", newValue) }
        }
        public var options: [String: String] {
            get { document.stringMap(.options) }
            set { document.set(.options, newValue) }
        }
    }

    /// Which routes may attach; absent: those of the gateway's namespace.
    public struct AllowedRoutes: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(namespaces: Namespaces? = nil, kinds: [RouteKind] = []) {
            document = JSONObject()
            document.set(.namespaces, namespaces)
            document.set("kinds", kinds)
        }

        public var namespaces: Namespaces? {
            get { document.view(.namespaces) }
            set { document.set(.namespaces, newValue) }
        }
        public var kinds: [RouteKind] { get { document.views("kinds") } set { document.set("kinds", newValue) } }
    }

    /// Whose routes.
    public struct Namespaces: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(from: String? = nil, selector: LabelSelector? = nil) {
            document = JSONObject()
            document.set(.from, from)
            document.set(.selector, selector)
        }

        /// `All`, `Selector`, `Same` or `None`.
        public var from: String? { get { document.string(.from) } set { document.set(.from, newValue) } }
        public var selector: LabelSelector? {
            get { document.view(.selector) }
            set { document.set(.selector, newValue) }
        }
    }

    /// A kind of route.
    public struct RouteKind: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(kind: String, group: String? = nil) {
            document = JSONObject()
            document.set(.kind, kind)
            document.set(.group, group)
        }

        public var kind: String { get { document.string(.kind) ?? "" } set { document.set(.kind, newValue) } }
        /// `gateway.networking.k8s.io` where absent.
        public var group: String? { get { document.string(.group) } set { document.set(.group, newValue) } }
    }
}
