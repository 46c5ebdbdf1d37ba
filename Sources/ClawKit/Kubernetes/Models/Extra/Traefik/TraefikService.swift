public import ClawDocuments

/// Traefik's `traefik.io/v1alpha1` `TraefikService`: one service made of several.
/// <https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/traefikservice/>
public struct TraefikService: Resource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let type = ResourceType(
        group: "traefik.io", version: "v1alpha1", kind: "TraefikService")

    public init(metadata: ObjectMeta = ObjectMeta(), spec: Spec? = nil) {
        document = JSONObject()
        document.setKind("traefik.io/v1alpha1", "TraefikService")
        if !metadata.document.isEmpty { self.metadata = metadata }
        document.set(.spec, spec)
    }

    public var spec: Spec? { get { document.view(.spec) } set { document.set(.spec, newValue) } }

    /// One of them.
    public struct Spec: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            weighted: Weighted? = nil, mirroring: Mirroring? = nil, failover: Failover? = nil,
            highestRandomWeight: Weighted? = nil
        ) {
            document = JSONObject()
            document.set("weighted", weighted)
            document.set("mirroring", mirroring)
            document.set("failover", failover)
            document.set("highestRandomWeight", highestRandomWeight)
        }

        public var weighted: Weighted? {
            get { document.view("weighted") }
            set { document.set("weighted", newValue) }
        }
        public var mirroring: Mirroring? {
            get { document.view("mirroring") }
            set { document.set("mirroring", newValue) }
        }
        public var failover: Failover? {
            get { document.view("failover") }
            set { document.set("failover", newValue) }
        }
        public var highestRandomWeight: Weighted? {
            get { document.view("highestRandomWeight") }
            set { document.set("highestRandomWeight", newValue) }
        }
    }

    /// Shares by weight.
    public struct Weighted: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(services: [TraefikServiceReference] = [], sticky: JSON? = nil) {
            document = JSONObject()
            document.set("services", services)
            document.set("sticky", sticky)
        }

        public var services: [TraefikServiceReference] {
            get { document.views("services") }
            set { document.set("services", newValue) }
        }
        public var sticky: JSON? { get { document["sticky"] } set { document.set("sticky", newValue) } }
    }

    /// The named service answers; the mirrors get copies.
    public struct Mirroring: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            name: String, port: IntOrString? = nil, kind: String? = nil, namespace: String? = nil,
            mirrorBody: Bool? = nil, maxBodySize: Int? = nil, mirrors: [TraefikServiceReference] = []
        ) {
            document = JSONObject()
            document.set(.name, name)
            document.set(.port, port)
            document.set(.kind, kind)
            document.set(.namespace, namespace)
            document.set("mirrorBody", mirrorBody)
            document.set("maxBodySize", maxBodySize)
            document.set("mirrors", mirrors)
        }

        public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
        public var port: IntOrString? { get { document.scalar(.port) } set { document.set(.port, newValue) } }
        public var kind: String? { get { document.string(.kind) } set { document.set(.kind, newValue) } }
        public var namespace: String? {
            get { document.string(.namespace) }
            set { document.set(.namespace, newValue) }
        }
        public var mirrorBody: Bool? {
            get { document.bool("mirrorBody") }
            set { document.set("mirrorBody", newValue) }
        }
        /// In bytes; -1 for any.
        public var maxBodySize: Int? {
            get { document.int("maxBodySize") }
            set { document.set("maxBodySize", newValue) }
        }
        public var mirrors: [TraefikServiceReference] {
            get { document.views("mirrors") }
            set { document.set("mirrors", newValue) }
        }
    }

    /// The fallback answers where the service cannot.
    public struct Failover: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(service: TraefikServiceReference, fallback: TraefikServiceReference, errors: JSON? = nil) {
            document = JSONObject()
            document.set(.service, service)
            document.set("fallback", fallback)
            document.set("errors", errors)
        }

        public var service: TraefikServiceReference {
            get { document.viewOrEmpty(.service) }
            set { document.set(.service, newValue) }
        }
        public var fallback: TraefikServiceReference {
            get { document.viewOrEmpty("fallback") }
            set { document.set("fallback", newValue) }
        }
        public var errors: JSON? { get { document["errors"] } set { document.set("errors", newValue) } }
    }
}
