public import ClawDocuments

/// Traefik's `traefik.io/v1alpha1` `IngressRoute`: which requests go where.
/// <https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/>
public struct IngressRoute: Resource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let type = ResourceType(
        group: "traefik.io", version: "v1alpha1", kind: "IngressRoute")

    public init(metadata: ObjectMeta = ObjectMeta(), spec: Spec? = nil) {
        document = JSONObject()
        document.setKind("traefik.io/v1alpha1", "IngressRoute")
        if !metadata.document.isEmpty { self.metadata = metadata }
        document.set(.spec, spec)
    }

    public var spec: Spec? { get { document.view(.spec) } set { document.set(.spec, newValue) } }

    /// What is wanted.
    public struct Spec: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(routes: [Route], entryPoints: [String] = [], tls: TLS? = nil, ingressClassName: String? = nil) {
            document = JSONObject()
            document.setRequired("routes", routes)
            document.set("entryPoints", entryPoints)
            document.set(.tls, tls)
            document.set(.ingressClassName, ingressClassName)
        }

        public var routes: [Route] {
            get { document.views("routes") }
            set { document.setRequired("routes", newValue) }
        }
        /// `web`, `websecure`; the default ones where empty.
        public var entryPoints: [String] {
            get { document.strings("entryPoints") }
            set { document.set("entryPoints", newValue) }
        }
        public var tls: TLS? { get { document.view(.tls) } set { document.set(.tls, newValue) } }
        public var ingressClassName: String? {
            get { document.string(.ingressClassName) }
            set { document.set(.ingressClassName, newValue) }
        }
    }

    /// A rule with what serves it.
    public struct Route: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            match: String, kind: String? = nil, priority: Int? = nil, syntax: String? = nil,
            services: [TraefikServiceReference] = [], middlewares: [TraefikObjectReference] = [],
            observability: JSON? = nil
        ) {
            document = JSONObject()
            document.set("match", match)
            document.set(.kind, kind)
            document.set(.priority, priority)
            document.set("syntax", syntax)
            document.set("services", services)
            document.set("middlewares", middlewares)
            document.set("observability", observability)
        }

        /// A rule, with names in backquotes: Host(`a.example`) && PathPrefix(`/v1`)
        public var match: String { get { document.string("match") ?? "" } set { document.set("match", newValue) } }
        /// `Rule`.
        public var kind: String? { get { document.string(.kind) } set { document.set(.kind, newValue) } }
        /// The length of the rule where absent; larger goes first.
        public var priority: Int? { get { document.int(.priority) } set { document.set(.priority, newValue) } }
        public var syntax: String? { get { document.string("syntax") } set { document.set("syntax", newValue) } }
        public var services: [TraefikServiceReference] {
            get { document.views("services") }
            set { document.set("services", newValue) }
        }
        /// In order.
        public var middlewares: [TraefikObjectReference] {
            get { document.views("middlewares") }
            set { document.set("middlewares", newValue) }
        }
        public var observability: JSON? {
            get { document["observability"] }
            set { document.set("observability", newValue) }
        }
    }

    /// Empty: Traefik's default certificate.
    public struct TLS: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            secretName: String? = nil, options: TraefikObjectReference? = nil, store: TraefikObjectReference? = nil,
            certResolver: String? = nil, domains: [Domain] = []
        ) {
            document = JSONObject()
            document.set(.secretName, secretName)
            document.set(.options, options)
            document.set("store", store)
            document.set("certResolver", certResolver)
            document.set("domains", domains)
        }

        public var secretName: String? {
            get { document.string(.secretName) }
            set { document.set(.secretName, newValue) }
        }
        public var options: TraefikObjectReference? {
            get { document.view(.options) }
            set { document.set(.options, newValue) }
        }
        public var store: TraefikObjectReference? {
            get { document.view("store") }
            set { document.set("store", newValue) }
        }
        public var certResolver: String? {
            get { document.string("certResolver") }
            set { document.set("certResolver", newValue) }
        }
        public var domains: [Domain] { get { document.views("domains") } set { document.set("domains", newValue) } }
    }

    /// What a certificate is asked for.
    public struct Domain: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(main: String? = nil, sans: [String] = []) {
            document = JSONObject()
            document.set("main", main)
            document.set("sans", sans)
        }

        public var main: String? { get { document.string("main") } set { document.set("main", newValue) } }
        public var sans: [String] { get { document.strings("sans") } set { document.set("sans", newValue) } }
    }
}
