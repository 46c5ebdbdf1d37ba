public import ClawDocuments

/// Gateway API's `gateway.networking.k8s.io/v1` `Gateway`: listeners that routes attach to.
/// <https://gateway-api.sigs.k8s.io/reference/spec/>
public struct Gateway: Resource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let type = ResourceType(
        group: "gateway.networking.k8s.io", version: "v1", kind: "Gateway", plural: "gateways", shortNames: ["gtw"],
        categories: ["gateway-api"])

    public init(metadata: ObjectMeta = ObjectMeta(), spec: Spec? = nil, status: Status? = nil) {
        document = JSONObject()
        document.setKind("gateway.networking.k8s.io/v1", "Gateway")
        if !metadata.document.isEmpty { self.metadata = metadata }
        document.set(.spec, spec)
        document.set(.status, status)
    }

    public var spec: Spec? { get { document.view(.spec) } set { document.set(.spec, newValue) } }
    public var status: Status? { get { document.view(.status) } set { document.set(.status, newValue) } }

    /// What is wanted.
    public struct Spec: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            gatewayClassName: String, listeners: [Listener], addresses: [Address] = [],
            infrastructure: Infrastructure? = nil
        ) {
            document = JSONObject()
            document.set("gatewayClassName", gatewayClassName)
            document.setRequired("listeners", listeners)
            document.set(.addresses, addresses)
            document.set("infrastructure", infrastructure)
        }

        public var gatewayClassName: String {
            get { document.string("gatewayClassName") ?? "" }
            set { document.set("gatewayClassName", newValue) }
        }
        public var listeners: [Listener] {
            get { document.views("listeners") }
            set { document.setRequired("listeners", newValue) }
        }
        public var addresses: [Address] {
            get { document.views(.addresses) }
            set { document.set(.addresses, newValue) }
        }
        public var infrastructure: Infrastructure? {
            get { document.view("infrastructure") }
            set { document.set("infrastructure", newValue) }
        }
    }

    /// Where a gateway is reached.
    public struct Address: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(type: String? = nil, value: String? = nil) {
            document = JSONObject()
            document.set(.type, type)
            document.set(.value, value)
        }

        /// `IPAddress`, `Hostname` or a domain with a path.
        public var type: String? { get { document.string(.type) } set { document.set(.type, newValue) } }
        public var value: String? { get { document.string(.value) } set { document.set(.value, newValue) } }
    }

    /// For what the controller makes for the gateway.
    public struct Infrastructure: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            labels: [String: String] = [:], annotations: [String: String] = [:],
            parametersRef: GatewayObjectReference? = nil
        ) {
            document = JSONObject()
            document.set(.labels, labels)
            document.set(.annotations, annotations)
            document.set("parametersRef", parametersRef)
        }

        public var labels: [String: String] {
            get { document.stringMap(.labels) }
            set { document.set(.labels, newValue) }
        }
        public var annotations: [String: String] {
            get { document.stringMap(.annotations) }
            set { document.set(.annotations, newValue) }
        }
        public var parametersRef: GatewayObjectReference? {
            get { document.view("parametersRef") }
            set { document.set("parametersRef", newValue) }
        }
    }

    /// The controller's word.
    public struct Status: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(addresses: [Address] = [], conditions: [Condition] = [], listeners: [ListenerStatus] = []) {
            document = JSONObject()
            document.set(.addresses, addresses)
            document.set(.conditions, conditions)
            document.set("listeners", listeners)
        }

        public var addresses: [Address] {
            get { document.views(.addresses) }
            set { document.set(.addresses, newValue) }
        }
        public var conditions: [Condition] {
            get { document.views(.conditions) }
            set { document.set(.conditions, newValue) }
        }
        public var listeners: [ListenerStatus] {
            get { document.views("listeners") }
            set { document.set("listeners", newValue) }
        }
    }

    /// One listener's state.
    public struct ListenerStatus: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(name: String, attachedRoutes: Int, supportedKinds: [RouteKind] = [], conditions: [Condition] = []) {
            document = JSONObject()
            document.set(.name, name)
            document.set("attachedRoutes", attachedRoutes)
            document.set("supportedKinds", supportedKinds)
            document.set(.conditions, conditions)
        }

        public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
        public var supportedKinds: [RouteKind] {
            get { document.views("supportedKinds") }
            set { document.set("supportedKinds", newValue) }
        }
        public var attachedRoutes: Int {
            get { document.int("attachedRoutes") ?? 0 }
            set { document.set("attachedRoutes", newValue) }
        }
        public var conditions: [Condition] {
            get { document.views(.conditions) }
            set { document.set(.conditions, newValue) }
        }
    }
}
